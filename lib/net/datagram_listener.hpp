// A datagram socket of one worker: receives in batches, lets the service answer, sends in batches. There
// are no sessions; each datagram stands alone.
#pragma once

#include <boost/asio/error.hpp>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "net/alarm.hpp"
#include "net/asio.hpp"
#include "net/datagram_batch.hpp"
#include "net/listener.hpp"
#include "net/listening_socket.hpp"
#include "net/readiness.hpp"
#include "net/reporter.hpp"
#include "net/source_rules.hpp"
#include "net/tally.hpp"
#include "net/token_buckets.hpp"
#include "protocol/service.hpp"

namespace polyclock::net {

template <protocol::datagram_service Service>
class datagram_listener final : public listener, readiness::handler {
 public:
  datagram_listener(readiness& ready, alarm& alarm, listening_socket socket, Service service,
                    source_rules rules, token_buckets& buckets, tally& tally,
                    const reporter& report)
      : service_(std::move(service)),
        rules_(std::move(rules)),
        buckets_(buckets),
        tally_(tally),
        report_rarely_(report),
        ready_(ready),
        alarm_(alarm),
        socket_(std::move(socket)),
        batch_(*socket_) {
    is_brief = true;  // one batch
  }

  ~datagram_listener() override {
    if (socket_) ready_.remove(socket_->get());
  }

  void start() override { join(steady_clock::now()); }

  // Answers what has arrived first.
  void retire() override {
    if (!socket_) return;
    for (int i = 0; i < last_batches && answer_batch(steady_clock::now()) > 0; ++i) continue;
    // Closing alone would leave it in the set where another process has the socket too.
    ready_.remove(socket_->get());
    socket_.reset();
  }

  void drain() override { retire(); }

  // Another service and other rules for all datagrams from now on.
  void serve(Service service, source_rules rules) {
    service_ = std::move(service);
    rules_ = std::move(rules);
  }

  void abort() override {}

  // Waits out what hinders receiving.
  void sweep(steady_clock::time_point now) override {
    if (!socket_) return;
    now >= pause_end_ ? join(now) : alarm_.set(pause_end_);
  }

  [[nodiscard]] bool is_finished() const override { return !socket_; }

 private:
  static constexpr auto never = steady_clock::time_point::max();
  static constexpr int last_batches = 64;
  static constexpr auto pause_length = std::chrono::milliseconds(100);

  void on_ready(steady_clock::time_point now) override { answer_batch(now); }

  // Returns how many datagrams there were.
  std::size_t answer_batch(steady_clock::time_point now) {
    error_code error;
    const std::size_t count = batch_.receive(socket_->get(), error);
    service_.observe_time();
    for (std::size_t datagram = 0; datagram < count; ++datagram) {
      ++(answer(datagram, now) ? tally_.requests : tally_.unanswered);
    }
    batch_.send(socket_->get());
    const bool passing = error == asio::error::would_block || error == asio::error::interrupted;
    if (error && !passing) {
      ready_.remove(socket_->get());
      pause(now, error.message());
    }
    return count;
  }

  void join(steady_clock::time_point now) {
    try {
      pause_end_ = never;
      ready_.add(socket_->get(), *this);
    } catch (const std::exception& failure) {
      pause(now, failure.what());
    }
  }

  void pause(steady_clock::time_point now, const std::string& reason) {
    report_rarely_("receiving failed, trying on: " + reason);
    pause_end_ = now + pause_length;
    alarm_.set(pause_end_);
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
  rare_reporter report_rarely_;
  readiness& ready_;
  alarm& alarm_;
  std::optional<listening_socket> socket_;  // until it is retired
  steady_clock::time_point pause_end_ = never;
  datagram_batch batch_;
};

}  // namespace polyclock::net
