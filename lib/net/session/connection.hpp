// Drives one session on a stream by Boost.Asio's asynchronous operations: it does what the session says, one
// operation at a time, and tells it what came of that. Its listener lists it; it deletes itself at the end.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "net/asio.hpp"
#include "net/client_errors.hpp"
#include "net/connection_quota.hpp"
#include "net/schedule/network_queue.hpp"
#include "net/schedule/scheduler.hpp"
#include "net/session/idle_connections.hpp"
#include "net/session/operation_memory.hpp"
#include "net/session/session.hpp"

namespace polyclock::net {

// What a connection tells its listener.
class connection_observer {
 public:
  virtual void on_failure(const std::exception& failure) noexcept = 0;
  // The connection has been destroyed.
  virtual void on_connection_end() noexcept = 0;

 protected:
  ~connection_observer() = default;
};

using connection_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<connection_observer>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// `Stream`: any AsyncStream with a `lowest_layer`, and the `available`, `shutdown` and `close` of a socket.
template <protocol::stream_service Service, typename Stream>
class connection final : public scheduler::task, public connection_hook, idle_connection {
 public:
  using session_type = session<Service>;

  // What the connections of a listener share.
  struct context {
    typename session_type::context sessions;
    scheduler& schedule;
    idle_connections& idle;
    client_errors& errors;
    connection_observer& observer;
  };

  connection(context& shared, connection_slot slot, Stream stream, network_queue_index network,
             const protocol::peer_address& address = {})
      : network_(network),
        shared_(shared),
        slot_(std::move(slot)),
        stream_(std::move(stream)),
        session_(shared.sessions, coarse_now(), address) {
    shared.idle.add(*this, coarse_now());
  }

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // To be called once, first. Like all that follow it may end the connection.
  void start() {
    proceed([this] { return session_.start(coarse_now()); });
  }

  void drain() {
    session_.drain();
    if (is_reading_) interrupt();
  }

  void abort() { close(); }

  // What it has subscribed to may have changed.
  void wake() {
    session_.wake(steady_clock::now());
    if (session_.is_subscribed()) shared_.schedule.set_deadline(*this, session_.deadline());
  }

 private:
  using action = session_action;

  // Completes an operation; its memory is the connection's own.
  template <void (connection::*Complete)(error_code, std::size_t)>
  struct handler {
    using allocator_type = operation_allocator<std::byte>;

    connection* one;

    [[nodiscard]] allocator_type get_allocator() const noexcept {
      return allocator_type(one->memory_);
    }
    void operator()(error_code error, std::size_t size) { (one->*Complete)(error, size); }
  };

  ~connection() override {
    if (session_.has_client_error()) count_error();
  }

  void count_error() noexcept {
    if (slot_.prefix()) shared_.errors.add(*slot_.prefix());
  }

  void on_deadline(steady_clock::time_point now) override {
    if (is_reading_ && session_.can_push(now)) return push(now);
    if (is_reading_) return interrupt();
    if (now >= session_.deadline()) proceed([&] { return session_.on_interrupt(now); });
  }

  void on_turn(steady_clock::time_point) override {
    proceed([this] { return session_.on_turn(); });
  }

  bool make_room() override {
    if (!is_reading_ || session_.is_subscribed() || has_arrived()) return false;
    if (!has_been_asked()) {
      ++shared_.sessions.counts.silent;
      count_error();
    }
    close();
    return true;
  }

  // Lets the session answer what happened, and does what it says.
  template <typename Event>
  void proceed(Event event) {
    try {
      perform(event());
    } catch (const std::exception& failure) {
      shared_.observer.on_failure(failure);
      close();
    }
  }

  void perform(action next) {
    if (next == action::look_for_input) next = session_.on_look(has_unread_input(), coarse_now());
    if (next == action::close) return close();
    shared_.schedule.set_deadline(*this, session_.deadline());
    if (next == action::write || next == action::wait_for_turn) {
      shared_.idle.on_request(*this, coarse_now());
    }
    if (next == action::write) return write();
    if (next == action::wait) return;
    if (next == action::wait_for_turn) {
      const auto lane = lane_of(session_.cost_wanted(), session_.is_bulk());
      return shared_.schedule.enqueue(*this, network_, lane);
    }
    if (next == action::finish) finish_output();
    read();
  }

  void read() {
    const auto space = session_.input_space();
    is_busy_ = is_reading_ = true;
    stream_.async_read_some(asio::buffer(space.data(), space.size()),
                            handler<&connection::complete_read>{this});
  }

  void complete_read(error_code error, std::size_t size) {
    is_busy_ = is_reading_ = false;
    if (is_closed_) return close();
    if (after_push_) return end_push(error, size);
    if (!error) return proceed([&] { return session_.on_read(size, coarse_now()); });
    if (error == asio::error::operation_aborted) {
      proceed([&] { return session_.on_interrupt(steady_clock::now()); });
    } else if (error == asio::error::eof) {
      proceed([&] { return session_.on_input_end(coarse_now()); });
    } else {
      close();
    }
  }

  // Sends what the session wakes up for. A subscriber waits for input nearly all the time, and to end its read and
  // begin it again would take as long as to send an event.
  void push(steady_clock::time_point now) {
    try {
      action next = session_.push(now);
      while (next == action::write) {
        const std::size_t sent = write_at_once();
        if (sent == 0) break;
        next = session_.on_written(sent, now);
      }
      if (next != action::read) return end_read_for(next);
      session_.end_push();
      shared_.schedule.set_deadline(*this, session_.deadline());
    } catch (const std::exception& failure) {
      shared_.observer.on_failure(failure);
      close();
    }
  }

  // As much as the socket takes now: 0 where it takes nothing, or has failed, which the next write will find.
  [[nodiscard]] std::size_t write_at_once() {
    error_code error;
    auto& socket = stream_.lowest_layer();
    if (!socket.non_blocking()) socket.non_blocking(true, error);
    if (error) return 0;
    const auto bytes = session_.output();
    const asio::const_buffer first(bytes.data(), bytes.size());
    const auto body = session_.output_body();
    const asio::const_buffer second(body.data(), body.size());
    if (body.empty()) return stream_.write_some(first, error);
    if (bytes.empty()) return stream_.write_some(second, error);
    return stream_.write_some(std::array{first, second}, error);
  }

  // The next action of a push, for which the read has to end.
  void end_read_for(action next) {
    after_push_ = next;
    shared_.schedule.set_deadline(*this, session_.deadline());
    interrupt();
  }

  void end_push(error_code error, std::size_t size) {
    const action next = *std::exchange(after_push_, std::nullopt);
    const bool has_failed =
        error && error != asio::error::operation_aborted && error != asio::error::eof;
    if (has_failed) return close();
    session_.end_push(size, error == asio::error::eof);
    proceed([next] { return next; });
  }

  void write() {
    const auto bytes = session_.output();
    const auto body = session_.output_body();
    const asio::const_buffer first(bytes.data(), bytes.size());
    is_busy_ = true;
    if (body.empty()) {
      stream_.async_write_some(first, handler<&connection::complete_write>{this});
    } else {
      const std::array both{first, asio::const_buffer(body.data(), body.size())};
      stream_.async_write_some(both, handler<&connection::complete_write>{this});
    }
  }

  void complete_write(error_code error, std::size_t size) {
    is_busy_ = false;
    if (is_closed_ || error) return close();
    proceed([&] { return session_.on_written(size, coarse_now()); });
  }

  // The outstanding read ends with `operation_aborted`, unless it has been completed already.
  void interrupt() {
    error_code ignored;
    stream_.lowest_layer().cancel(ignored);
  }

  // Whether there is something to read for the read that waits. What a stream keeps of an unfinished record is nothing.
  [[nodiscard]] bool has_arrived() {
    error_code ignored;
    return stream_.lowest_layer().available(ignored) > 0;
  }

  [[nodiscard]] bool has_unread_input() {
    error_code ignored;
    return stream_.available(ignored) > 0;
  }

  void finish_output() {
    error_code ignored;
    stream_.shutdown(asio::socket_base::shutdown_send, ignored);
  }

  // Deletes the connection, or lets its outstanding operation do it.
  void close() {
    is_closed_ = true;
    error_code ignored;
    stream_.close(ignored);
    shared_.schedule.set_deadline(*this, scheduler::never);
    if (is_busy_) return;
    connection_observer& observer = shared_.observer;
    delete this;
    observer.on_connection_end();
  }

  // The small ones first: they fit into the padding of a base.
  network_queue_index network_;
  bool is_busy_ = false;     // an operation is outstanding
  bool is_reading_ = false;  // it is a read
  bool is_closed_ = false;
  std::optional<action> after_push_;  // what waits for the read's end
  context& shared_;
  connection_slot slot_;
  operation_memory memory_;
  Stream stream_;
  session_type session_;
};

}  // namespace polyclock::net
