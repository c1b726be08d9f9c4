// A datagram socket of one worker: receives in batches, lets the service answer, sends in batches. There
// are no sessions; each datagram stands alone.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>

#include "net/asio.hpp"
#include "net/datagram_batch.hpp"
#include "net/listener.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"
#include "net/source_rules.hpp"
#include "net/tally.hpp"
#include "net/token_buckets.hpp"
#include "protocol/service.hpp"

namespace polyclock::net {

template <protocol::datagram_service Service>
class datagram_listener final : public listener {
 public:
  datagram_listener(asio::io_context& context, listening_socket socket, Service service,
                    source_rules rules, token_buckets& buckets, tally& tally,
                    const reporter& report)
      : service_(std::move(service)),
        rules_(std::move(rules)),
        buckets_(buckets),
        tally_(tally),
        report_(report),
        report_rarely_(report),
        socket_(context),
        pause_(context) {
    const int family = socket.family();
    socket_.assign(asio::generic::datagram_protocol(family, 0), socket.get());
    static_cast<void>(socket.release());
  }

  void start() override {
    asio::co_spawn(socket_.get_executor(), run(), [this](const std::exception_ptr& failure) {
      finished_ = true;
      if (failure) report_("datagram listener ended");
    });
  }

  // Answers what has arrived first.
  void retire() override {
    retired_ = true;
    error_code ignored;
    socket_.cancel(ignored);
    pause_.cancel();
  }

  void drain() override { retire(); }

  // Another service and other rules for all datagrams from now on.
  void serve(Service service, source_rules rules) {
    service_ = std::move(service);
    rules_ = std::move(rules);
  }

  void abort() override {}

  steady_clock::time_point sweep(steady_clock::time_point) override {
    return steady_clock::time_point::max();
  }

  [[nodiscard]] bool is_finished() const override { return finished_; }

 private:
  static constexpr int batches_at_once = 8;  // then the sessions get their turn
  static constexpr auto pause_length = std::chrono::milliseconds(100);

  awaitable<> run() {
    while (!retired_) {
      auto [error] = co_await socket_.async_wait(datagram_socket::wait_read, as_result);
      if (retired_) break;
      if (!error) error = answer_waiting();
      if (!error) continue;
      report_rarely_("receiving failed, trying on: " + error.message());
      pause_.expires_after(pause_length);
      co_await pause_.async_wait(as_result);
    }
    static_cast<void>(answer_waiting());
    error_code ignored;
    socket_.close(ignored);
  }

  error_code answer_waiting() {
    error_code error;
    for (int i = 0; i < batches_at_once && !error; ++i) {
      const std::size_t count = batch_.receive(socket_.native_handle(), error);
      const auto now = steady_clock::now();
      service_.observe_time();
      for (std::size_t datagram = 0; datagram < count; ++datagram) {
        ++(answer(datagram, now) ? tally_.requests : tally_.unanswered);
      }
      batch_.send(socket_.native_handle());
      if (count < datagram_batch::size_max) break;
    }
    const bool passing = error == asio::error::would_block || error == asio::error::interrupted;
    return passing ? error_code() : error;
  }

  // Only an answer takes a token: who sends garbage in a neighbour's name does the neighbour no harm.
  bool answer(std::size_t index, steady_clock::time_point now) {
    if (!rules_.answers(batch_.source(index)) || !batch_.is_unicast(index)) return false;
    token_bucket& bucket = buckets_.of(batch_.source(index));
    if (!buckets_.has_token(bucket, now)) return false;
    const std::size_t size =
        service_.answer_datagram(batch_.bytes(index), batch_.reply_space(index));
    if (size == 0) return false;
    buckets_.take_token(bucket, now);
    batch_.set_reply(index, size);
    return true;
  }

  Service service_;
  source_rules rules_;
  token_buckets& buckets_;
  tally& tally_;
  const reporter& report_;
  rare_reporter report_rarely_;
  bool retired_ = false;
  bool finished_ = false;
  datagram_batch batch_;
  datagram_socket socket_;
  steady_timer pause_;
};

}  // namespace polyclock::net
