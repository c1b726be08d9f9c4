// A datagram socket of one worker: receives in batches, lets the service answer, sends in batches. There are no
// sessions; each datagram stands alone.
#pragma once

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/datagram_protocol.hpp>
#include <boost/asio/socket_base.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/asio.hpp"
#include "net/counters.hpp"
#include "net/datagram/datagram_batch.hpp"
#include "net/datagram/source_rules.hpp"
#include "net/datagram/token_buckets.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"
#include "net/schedule/network_queue.hpp"
#include "net/schedule/scheduler.hpp"
#include "protocol/service.hpp"

namespace polyclock::net {

template <protocol::datagram_service Service>
class datagram_listener final : public listener, scheduler::task {
 public:
  datagram_listener(const listener_environment& environment, counters& counts,
                    listening_socket socket, Service service, source_rules rules,
                    token_buckets& buckets)
      : environment_(environment),
        counters_(counts),
        service_(std::move(service)),
        rules_(std::move(rules)),
        buckets_(buckets),
        report_rarely_(environment.report),
        family_(socket.family()),
        has_pktinfo_(has_pktinfo(socket)),
        unassigned_(std::move(socket)),
        socket_(environment.context) {}

  void start() override { wait(); }

  // Answers what has arrived first.
  void retire() override {
    if (is_retired_) return;
    is_retired_ = true;
    error_code ignored;
    socket_.cancel(ignored);
    environment_.schedule.set_deadline(*this, scheduler::never);
    for (int i = 0; i < scheduling::last_datagram_rounds && answer_batch() > 0; ++i) continue;
    waiting_.clear();
    socket_.close(ignored);
    if (!is_waiting_) environment_.on_listener_end();
  }

  void drain() override { retire(); }
  void abort() override { retire(); }

  // Another service and other rules for all datagrams from now on.
  void replace_service(Service service, source_rules rules) {
    service_ = std::move(service);
    rules_ = std::move(rules);
  }

  [[nodiscard]] bool is_finished() const override { return is_retired_ && !is_waiting_; }

 private:
  using datagram_socket = asio::basic_datagram_socket<asio::generic::datagram_protocol, executor>;

  // A datagram whose answer is not cached, in the queue of its network.
  struct waiting_datagram final : scheduler::task {
    explicit waiting_datagram(datagram_listener& listener)
        : owner(listener), one(std::make_unique<datagram>()) {}

    void on_turn(scheduler::time_point) override { owner.answer_waiting(*this); }
    void on_deadline(scheduler::time_point) override {
      owner.environment_.schedule.dequeue(*this);
      ++owner.counters_.overloaded;
    }

    datagram_listener& owner;
    std::unique_ptr<datagram> one;
  };

  void wait() {
    error_code error;
    if (!socket_.is_open()) {
      socket_.assign(asio::generic::datagram_protocol(family_, 0), unassigned_.get(), error);
      if (error) return pause(error);
      static_cast<void>(unassigned_.release());
    }
    is_waiting_ = true;
    socket_.async_wait(asio::socket_base::wait_read, [this](error_code failed) {
      is_waiting_ = false;
      if (is_retired_) return environment_.on_listener_end();
      if (failed) return pause(failed);
      answer_batch();
      if (!is_paused_) wait();
    });
  }

  void pause(const error_code& reason) {
    report_rarely_("receiving failed, retrying: " + reason.message());
    is_paused_ = true;
    environment_.schedule.set_deadline(*this, steady_clock::now() + scheduling::retry_interval);
  }

  void on_deadline(scheduler::time_point) override {
    is_paused_ = false;
    wait();
  }
  void on_turn(scheduler::time_point) override {}

  // Returns how many datagrams there were.
  std::size_t answer_batch() {
    if (!socket_.is_open()) return 0;
    error_code error;
    const auto now = steady_clock::now();
    const std::size_t count = batch_.receive(socket_.native_handle(), error);
    service_.observe_time();
    for (std::size_t index = 0; index < count; ++index) answer(index, now);
    batch_.send(socket_.native_handle());
    const bool passing = error == asio::error::would_block || error == asio::error::interrupted;
    if (error && !passing && !is_retired_) pause(error);
    return count;
  }

  // Only a reply takes a token, so that garbage from a spoofed address cannot exhaust a network's budget.
  void answer(std::size_t index, steady_clock::time_point now) {
    datagram& one = batch_.at(index);
    const bool allowed = rules_.answers(one.source()) && (!has_pktinfo_ || one.is_unicast());
    token_bucket* const bucket = allowed ? &buckets_.of(one.source()) : nullptr;
    counters_.received_bytes += one.bytes().size();
    if (!allowed) return drop(one, counters_.forbidden);
    if (!buckets_.has_token(*bucket, now)) return drop(one, counters_.over_rate);
    const auto done =
        service_.advance_datagram(one.bytes(), protocol::cost::cached, one.reply_space());
    if (done.wants_time) return enqueue(index, done.took, now);
    if (done.produced == 0) return drop(one, counters_.invalid);
    buckets_.take_token(*bucket, now);
    add_reply(one, done);
  }

  void drop(const datagram& one, std::uint64_t& counter) {
    ++counter;
    if (const auto prefix = prefix_of(one.source(), host_prefix)) environment_.errors.add(*prefix);
  }

  void add_reply(datagram& one, const protocol::datagram_step& done) {
    batch_.add_reply(one.reply_header(done.produced, has_pktinfo_));
    ++counters_.requests;
    counters_.sent_bytes += done.produced;
    if (done.error != 0) ++counters_.errors[done.error];
  }

  // Where too many wait already the datagram is dropped.
  void enqueue(std::size_t index, protocol::cost wanted, steady_clock::time_point now) {
    waiting_datagram* const free = find_free();
    if (free == nullptr) return drop(batch_.at(index), counters_.overloaded);
    batch_.exchange(index, free->one);
    scheduler& schedule = environment_.schedule;
    schedule.set_deadline(*free, now + environment_.bounds.request_timeout);
    schedule.enqueue(*free, queue_of_network(free->one->source()), lane_of(wanted, false));
  }

  waiting_datagram* find_free() {
    for (const auto& one : waiting_) {
      if (!one->is_queued()) return one.get();
    }
    if (waiting_.size() == scheduling::waiting_datagrams) return nullptr;
    waiting_.push_back(std::make_unique<waiting_datagram>(*this));
    return waiting_.back().get();
  }

  void answer_waiting(waiting_datagram& waiting) {
    environment_.schedule.set_deadline(waiting, scheduler::never);
    datagram& one = *waiting.one;
    service_.observe_time();
    const auto start = steady_clock::now();
    const auto done =
        service_.advance_datagram(one.bytes(), protocol::cost::loaded, one.reply_space());
    const auto end = steady_clock::now();
    if (done.took == protocol::cost::loaded) counters_.slow_time += end - start;
    if (done.produced == 0) return drop(one, counters_.invalid);
    buckets_.take_token(buckets_.of(one.source()), end);
    add_reply(one, done);
    batch_.send(socket_.native_handle());
  }

  const listener_environment& environment_;
  counters& counters_;
  Service service_;
  source_rules rules_;
  token_buckets& buckets_;
  rare_reporter report_rarely_;
  int family_;
  bool
      has_pktinfo_;  // the kernel says to which address each datagram was sent; else there is only one
  bool is_waiting_ = false;  // for input
  bool is_paused_ = false;
  bool is_retired_ = false;
  listening_socket unassigned_;  // until the event loop has it
  datagram_socket socket_;
  datagram_batch batch_;
  std::vector<std::unique_ptr<waiting_datagram>> waiting_;
};

}  // namespace polyclock::net
