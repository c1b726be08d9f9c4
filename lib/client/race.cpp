#include "client/race.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <deque>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "client/attempt.hpp"
#include "client/service_targets.hpp"

namespace polyclock::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

using steady_timer =
    asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, executor>;

constexpr auto as_result = asio::as_tuple(asio::deferred);

constexpr milliseconds interval_max{250};  // between two candidates

failure unreachable(std::string message) {
  return {failure_kind::unreachable, std::move(message)};
}

struct candidate {
  std::size_t server;                       // of those that are given
  server_address target;                    // of that server's service, or the server itself
  std::optional<socket_address> address{};  // empty: to be looked up
};

// An exchange with a candidate, which is going on.
struct running_attempt {
  candidate with;
  attempt exchange;
};

class running_race {
 public:
  running_race(std::span<const server_address> servers, const question& asked, deadline until)
      : servers_(servers), question_(asked), until_(until), failures_(servers.size()) {
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

  awaitable<void> begin_candidates() {
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
    asio::co_spawn(*context_,
                   run(attempts_.emplace_back(running_attempt{
                       chosen, attempt(question_, chosen.target, *chosen.address)})),
                   asio::detached);
  }

  awaitable<void> run(running_attempt& one) {
    auto opened = co_await one.exchange.run(*context_);
    if (opened) {
      win(one, std::move(*opened));
    } else {
      fail_at_once(one.with, opened.error());
      attempts_.remove_if([&one](const running_attempt& other) { return &other == &one; });
    }
  }

  void win(const running_attempt& one, connection opened) {
    const auto now = std::chrono::system_clock::now();
    const std::vector<std::byte>& all = one.exchange.received();
    const auto end = std::next(all.begin(), static_cast<std::ptrdiff_t>(one.exchange.reply_size()));
    won_.emplace(won_race{{{all.begin(), end}, one.with.target.name(), one.exchange.sent(), now},
                          {end, all.end()},
                          std::move(opened)});
    context_->stop();
  }

  void end_late(running_attempt& one) {
    const auto why = one.exchange.end_late();
    if (!why) return win(one, connection(nullptr));
    fail(one.with, *why);
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
  const question& question_;
  deadline until_;
  steady_clock::duration interval_{};
  std::shared_ptr<asio::io_context> context_ = std::make_shared<asio::io_context>(1);
  steady_timer turn_{*context_};
  bool is_hurried_ = false;
  std::size_t lookups_ = 0;  // that go on
  std::deque<candidate> candidates_;
  std::list<running_attempt> attempts_;
  std::vector<maybe_failure> failures_;  // of each server
  std::optional<won_race> won_;
};

}  // namespace

outcome<won_race> race(std::span<const server_address> servers, const question& asked,
                       deadline until) {
  return running_race(servers, asked, until).run();
}

}  // namespace polyclock::client
