#include "client/race.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/datagram_protocol.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <deque>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "client/service_targets.hpp"

namespace polyclock::client {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using protocol::decode_status;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

using executor = asio::io_context::executor_type;
using awaitable = asio::awaitable<void, executor>;
using maybe_failure = std::optional<failure>;
using steady_timer =
    asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, executor>;
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;
using datagram_socket = asio::basic_datagram_socket<asio::generic::datagram_protocol, executor>;

constexpr auto as_result = asio::as_tuple(asio::deferred);

constexpr milliseconds interval_max{250};  // between two candidates
constexpr seconds resend_interval{1};

failure unreachable(std::string message) {
  return {failure_kind::unreachable, std::move(message)};
}
failure malformed(std::string_view message) {
  return {failure_kind::malformed, std::string(message)};
}

struct candidate {
  std::size_t server;                       // of those that are given
  server_address target;                    // of that server's service, or the server itself
  std::optional<socket_address> address{};  // empty: to be looked up
};

// One exchange with a candidate, which is going on.
struct attempt {
  candidate with;
  std::vector<std::byte> bytes{};  // received
  std::size_t reply_size = 0;
  host_time sent{};
  maybe_failure invalid{};  // of the last datagram
  std::string_view late = "timed out while connecting";
};

class running_race {
 public:
  running_race(std::span<const server_address> servers, std::span<const std::byte> request,
               const reply_check& check, deadline until)
      : servers_(servers),
        request_(request),
        check_(check),
        until_(until),
        failures_(servers.size()) {
    for (const server_address& server : servers) {
      candidates_.push_back({candidates_.size(), server});
    }
    fit_interval();
  }

  outcome<won_race> run() {
    asio::co_spawn(*context_, begin_candidates(), asio::detached);
    context_->run_until(until_);
    for (auto one = attempts_.begin(); !won_ && one != attempts_.end(); ++one) end_late(*one);
    if (won_) return std::move(*won_);
    return all_failures();
  }

 private:
  // So that there is time for each candidate.
  void fit_interval() {
    const auto share =
        (until_ - steady_clock::now()) / static_cast<steady_clock::rep>(candidates_.size() + 1);
    interval_ = std::min<steady_clock::duration>(interval_max, share);
  }

  awaitable begin_candidates() {
    while (true) {
      auto next = steady_clock::now() + interval_;
      if (!candidates_.empty()) {
        const candidate chosen = std::move(candidates_.front());
        candidates_.pop_front();
        if (chosen.address) {
          begin(chosen);
        } else {
          find(chosen);
        }
      } else if (lookups_ > 0) {
        next = deadline::max();
      } else {
        co_return;
      }
      if (!is_hurried_) {
        turn_.expires_at(next);
        co_await turn_.async_wait(as_result);
      }
      is_hurried_ = false;
    }
  }

  // The next candidate is not to wait.
  void hurry() {
    is_hurried_ = true;
    turn_.cancel();
  }

  void find(const candidate& sought) {
    if (sought.target.is_service) return find_by(find_targets, sought);
    if (auto known = known_addresses(sought.target)) return add(sought, *known);
    find_by(look_up, sought);
  }

  // Neither getaddrinfo(3) nor res_nsend(3) ends at a deadline: the thread may outlive the race.
  template <typename Found>
  void find_by(Found (*search)(const server_address&), const candidate& sought) {
    ++lookups_;
    fail(sought, unreachable("timed out while looking up the name"));  // unless it ends
    std::thread([this, search, sought, context = context_] {
      asio::post(*context, [this, sought, found = search(sought.target)] {  // run by the race alone
        --lookups_;
        add(sought, found);
      });
    }).detach();
  }

  void add(const candidate& sought, const outcome<std::vector<server_address>>& targets) {
    if (!targets) return fail_at_once(sought, targets.error());
    std::vector<candidate> found;
    for (const server_address& target : *targets) found.push_back({sought.server, target});
    add(found);
    fit_interval();
  }

  void add(const candidate& sought, const outcome<socket_addresses>& addresses) {
    if (!addresses) return fail_at_once(sought, addresses.error());
    std::vector<candidate> found;
    for (const socket_address& address : *addresses) {
      found.push_back({sought.server, sought.target, address});
    }
    add(found);
  }

  // What a candidate stands for comes before the candidates behind it.
  void add(const std::vector<candidate>& found) {
    candidates_.insert(candidates_.begin(), found.begin(), found.end());
    hurry();
  }

  void fail_at_once(const candidate& failed, const failure& why) {
    fail(failed, why);
    hurry();
  }

  // A malformed reply of one address says more than the silence of another.
  void fail(const candidate& failed, failure why) {
    maybe_failure& of_server = failures_[failed.server];
    if (of_server && of_server->kind == failure_kind::malformed) return;
    const bool is_of_service = servers_[failed.server].is_service && !failed.target.is_service;
    if (is_of_service) why.message = failed.target.name() + ": " + why.message;
    of_server = std::move(why);
  }

  void begin(const candidate& chosen) {
    attempt& one = attempts_.emplace_back(attempt{chosen});
    const bool is_datagram = chosen.target.transport == transport::datagram;
    asio::co_spawn(*context_,
                   is_datagram ? ask_by_datagram(one, *chosen.address) : ask(one, *chosen.address),
                   asio::detached);
  }

  void end(attempt& one, const failure& why) {
    fail_at_once(one.with, why);
    attempts_.remove_if([&one](const attempt& other) { return &other == &one; });
  }

  void win(attempt& one, int descriptor) {
    const auto now = std::chrono::system_clock::now();
    const auto reply_end =
        std::next(one.bytes.begin(), static_cast<std::ptrdiff_t>(one.reply_size));
    std::vector<std::byte> behind(reply_end, one.bytes.end());
    one.bytes.erase(reply_end, one.bytes.end());
    won_.emplace(won_race{{std::move(one.bytes), one.with.target.name(), one.sent, now},
                          std::move(behind),
                          connection(descriptor)});
    context_->stop();
  }

  awaitable ask(attempt& one, socket_address address) {
    stream_socket socket(*context_);
    const asio::generic::stream_protocol::endpoint endpoint(address.get(), address.size);
    if (auto [error] = co_await socket.async_connect(endpoint, as_result); error) {
      co_return end(one, unreachable(error.message()));
    }
    one.sent = std::chrono::system_clock::now();
    one.late = "timed out while sending";
    for (auto rest = request_; !rest.empty();) {
      const auto [error, size] =
          co_await socket.async_send(asio::buffer(rest.data(), rest.size()), as_result);
      if (error) co_return end(one, unreachable(error.message()));
      rest = rest.subspan(size);
    }
    one.late = "timed out while waiting for the reply";
    std::vector<std::byte> space(protocol::reply_size_max);
    while (true) {
      const std::size_t room = space.size() - one.bytes.size();
      const auto [error, size] =
          co_await socket.async_receive(asio::buffer(space.data(), room), as_result);
      one.bytes.insert(one.bytes.end(), space.data(), space.data() + size);
      const bool has_ended = error == asio::error::eof;
      if (error && !has_ended) co_return end(one, malformed(error.message()));
      if (const auto wrong = check_stream(one, has_ended)) co_return end(one, *wrong);
      if (one.reply_size > 0) co_return win(one, socket.release());
    }
  }

  // Sets `reply_size` where there is a whole reply.
  maybe_failure check_stream(attempt& one, bool has_ended) const {
    const check_result result = check_(one.bytes, has_ended);
    if (result.status == decode_status::complete) {
      one.reply_size = result.size;
      return std::nullopt;
    }
    if (has_ended && one.bytes.empty()) return malformed("connection closed without a reply");
    const bool needs_more = result.status == decode_status::need_more;
    if (has_ended && needs_more) return malformed("connection closed before the end of the reply");
    const bool is_full = one.bytes.size() == protocol::reply_size_max;
    if (!needs_more || is_full) return malformed(result.message);
    return std::nullopt;
  }

  // Datagrams can be lost: without a reply within a second the request is sent again. Invalid ones are not counted:
  // anybody can send them.
  awaitable ask_by_datagram(attempt& one, socket_address address) {
    const auto socket = std::make_shared<datagram_socket>(*context_);
    const asio::generic::datagram_protocol::endpoint endpoint(address.get(), address.size);
    if (auto [error] = co_await socket->async_connect(endpoint, as_result); error) {
      co_return end(one, unreachable(error.message()));
    }
    one.sent = std::chrono::system_clock::now();
    one.late = "timed out while waiting for the reply";
    steady_timer resend(*context_);
    while (true) {
      auto [failed, ignored] =
          co_await socket->async_send(asio::buffer(request_.data(), request_.size()), as_result);
      if (failed) co_return end(one, unreachable(failed.message()));
      resend.expires_after(resend_interval);
      resend.async_wait([socket](error_code cancelled) {
        if (!cancelled && socket->is_open()) socket->cancel();
      });
      while (true) {
        one.bytes.resize(protocol::reply_size_max + 1);
        const auto [error, size] = co_await socket->async_receive(
            asio::buffer(one.bytes.data(), one.bytes.size()), as_result);
        if (error == asio::error::operation_aborted) break;
        if (error) co_return end(one, unreachable(error.message()));
        one.bytes.resize(size);
        one.invalid = check_datagram(one);
        if (!one.invalid) co_return win(one, socket->release());
      }
    }
  }

  maybe_failure check_datagram(attempt& one) const {
    if (one.bytes.size() > protocol::reply_size_max) return malformed("reply too long");
    const check_result result = check_(one.bytes, true);
    one.reply_size = result.size;
    if (result.status == decode_status::need_more) return malformed("truncated reply");
    const bool is_whole =
        result.status == decode_status::complete && result.size == one.bytes.size();
    return is_whole ? std::nullopt : maybe_failure(malformed(result.message));
  }

  // At the deadline. A reply that only the end of the stream would have ended is taken as it is.
  void end_late(attempt& one) {
    const bool is_stream = one.with.target.transport == transport::stream;
    if (is_stream && !one.bytes.empty() && !check_stream(one, true)) return win(one, -1);
    fail(one.with, one.invalid.value_or(unreachable(std::string(one.late))));
  }

  [[nodiscard]] failure all_failures() const {
    failure all{failure_kind::unreachable, {}};
    for (std::size_t n = 0; n < servers_.size(); ++n) {
      const failure why = failures_[n].value_or(unreachable("timed out while looking up the name"));
      if (why.kind == failure_kind::malformed) all.kind = failure_kind::malformed;
      all.message += (all.message.empty() ? "" : "; ") + servers_[n].name() + ": " + why.message;
    }
    return all;
  }

  std::span<const server_address> servers_;
  std::span<const std::byte> request_;
  const reply_check& check_;
  deadline until_;
  steady_clock::duration interval_{};
  std::shared_ptr<asio::io_context> context_ = std::make_shared<asio::io_context>(1);
  steady_timer turn_{*context_};
  bool is_hurried_ = false;
  std::size_t lookups_ = 0;  // that go on
  std::deque<candidate> candidates_;
  std::list<attempt> attempts_;
  std::vector<maybe_failure> failures_;  // of each server
  std::optional<won_race> won_;
};

}  // namespace

outcome<won_race> race(std::span<const server_address> servers, std::span<const std::byte> request,
                       const reply_check& check, deadline until) {
  return running_race(servers, request, check, until).run();
}

}  // namespace polyclock::client
