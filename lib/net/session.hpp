// One stream connection from accept to close: a coroutine that reads, lets the conversation answer,
// and writes. Its listener owns it and sweeps its deadline; the protocol is the template's
// parameter.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include "net/asio.hpp"
#include "net/buffer_pool.hpp"
#include "net/connection_quota.hpp"
#include "net/limits.hpp"
#include "net/tally.hpp"
#include "protocol/conversation.hpp"

namespace polyclock::net {

using session_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

template <protocol::stream_service Service>
class session : public session_hook {
 public:
  using pool_type = buffer_pool<protocol::conversation_buffers<Service>>;

  session(connection_place place, stream_socket socket, Service& service, const limits& limits,
          tally& tally, pool_type& pool)
      : place_(std::move(place)),
        socket_(std::move(socket)),
        service_(service),
        limits_(limits),
        tally_(tally),
        pool_(pool) {}

  ~session() { pool_.give_back(conversation_.give_back()); }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  // The session's whole life; it lets go of the socket at its end.
  awaitable<> run() {
    const bool finished = co_await converse();
    if (conversation_.was_malformed()) ++tally_.malformed;
    if (finished) co_await say_goodbye();
    close();
  }

  // Answers what has arrived, a request that is half here included, then ends. A peer that has only
  // just connected gets a moment for its first request.
  void drain() {
    draining_ = true;
    first_request_deadline_ = steady_clock::now() + first_request_timeout;
    if (reading_) cancel();
  }

  // Ends at once.
  void close() {
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
  }

  // Closes the session where it is late, ends its wait for more input where the peer has paused;
  // returns when to look again at the latest, where that is soon.
  steady_clock::time_point sweep(steady_clock::time_point now) {
    if (!closed_ && now >= deadline_) end_late();
    if (closed_) return steady_clock::time_point::max();
    if (now >= pause_end_) end_pause();
    if (now >= rest_begin_) begin_rest();
    return pause_end_;
  }

 private:
  static constexpr std::size_t goodbye_size_max = std::size_t{4} << 20;
  static constexpr std::chrono::seconds goodbye_timeout{1};
  static constexpr std::chrono::seconds first_request_timeout{1};
  static constexpr std::chrono::seconds rest_after{1};
  static constexpr bool waits_for_requests = Service::request_size_max > 0;

  // True where the conversation came to its end, false where the connection broke or ran late.
  awaitable<bool> converse() {
    while (true) {
      if (resting_) {
        set_read_deadline();
        reading_ = true;
        pool_.give_back(conversation_.give_back());
        if (waits_for_requests) co_await socket_.async_wait(stream_socket::wait_read, as_result);
        conversation_.lend(pool_.take());
        reading_ = resting_ = false;
        if (closed_) co_return false;
      }
      answer();
      while (!conversation_.output().empty()) {
        if (!send_at_once()) co_return false;
        if (conversation_.output().empty()) {
          answer();
          continue;
        }
        if (!send_deadline_) send_deadline_ = steady_clock::now() + limits_.request_timeout;
        deadline_ = *send_deadline_;
        const auto [error] = co_await socket_.async_wait(stream_socket::wait_write, as_result);
        if (closed_ || error) co_return false;
      }
      if (!conversation_.is_open() || nothing_to_drain()) co_return true;
      resting_ = pool_.is_short() && !conversation_.has_partial_request();
      if (resting_) continue;
      set_read_deadline();
      reading_ = true;
      paused_ = false;
      const auto [error, size] = co_await socket_.async_read_some(input_space(), as_result);
      reading_ = false;
      pause_end_ = rest_begin_ = steady_clock::time_point::max();
      if (closed_ || !take_input(error, size)) co_return false;
      resting_ = resting_ && !conversation_.has_partial_request() && conversation_.is_open();
    }
  }

  void answer() {
    const std::size_t count = conversation_.answer(service_);
    if (count == 0) return;
    request_deadline_.reset();
    idle_deadline_.reset();
    answered_ = true;
    tally_.requests += count;
  }

  asio::mutable_buffer input_space() {
    const auto space = conversation_.input_space();
    return {space.data(), space.size()};
  }

  // Sends what the kernel takes now, which is mostly all of it; false where the connection broke.
  bool send_at_once() {
    const auto bytes = conversation_.output();
    const ssize_t sent =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    conversation_.sent(static_cast<std::size_t>(sent));
    if (conversation_.output().empty()) send_deadline_.reset();
    return true;
  }

  // False where the connection broke.
  bool take_input(const error_code& error, std::size_t size) {
    if (error == asio::error::eof)
      conversation_.finish_input();
    else if (paused_ && error == asio::error::operation_aborted)
      return conversation_.pause_input(), true;
    else if (error)
      return (draining_ || resting_) && error == asio::error::operation_aborted;
    conversation_.received(size);
    return true;
  }

  // A request's time runs from its first byte, however slowly the others come; the time without one
  // from the last reply, whatever comes that is no request.
  void set_read_deadline() {
    const auto now = steady_clock::now();
    if (!conversation_.has_partial_request()) {
      request_deadline_.reset();
      if (!idle_deadline_) idle_deadline_ = now + limits_.idle_timeout;
      deadline_ = *idle_deadline_;
      if (draining_) deadline_ = std::min(deadline_, first_request_deadline_);
      if (!resting_) rest_begin_ = now + rest_after;
      return;
    }
    if (!request_deadline_) request_deadline_ = now + limits_.request_timeout;
    deadline_ = *request_deadline_;
    if constexpr (protocol::pausing_service<Service>) pause_end_ = now + Service::pause_length;
  }

  void end_late() {
    const bool idle = reading_ && !conversation_.has_partial_request();
    if (conversation_.is_open() && !idle) ++tally_.late;
    close();
  }

  // An idle session waits without buffers, which costs one more system call when it wakes.
  void begin_rest() {
    rest_begin_ = steady_clock::time_point::max();
    resting_ = true;
    cancel();
  }

  void end_pause() {
    pause_end_ = steady_clock::time_point::max();
    paused_ = true;
    cancel();
  }

  // Whether a draining session has answered all that had reached this host.
  bool nothing_to_drain() {
    error_code error;
    return draining_ && answered_ && !conversation_.has_partial_request() &&
           (socket_.available(error) == 0 || error);
  }

  // Sends the end of the stream and reads on for a moment: closing with unread input would reset
  // the connection, and the peer would lose the last reply.
  awaitable<> say_goodbye() {
    error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
    deadline_ = steady_clock::now() + goodbye_timeout;
    conversation_.drop_input();
    for (std::size_t total = 0; total < goodbye_size_max;) {
      const auto [error, size] = co_await socket_.async_read_some(input_space(), as_result);
      if (closed_ || error) co_return;
      total += size;
    }
  }

  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }

  connection_place place_;
  stream_socket socket_;
  Service& service_;
  const limits& limits_;
  tally& tally_;
  pool_type& pool_;
  steady_clock::time_point deadline_ = steady_clock::time_point::max();
  std::optional<steady_clock::time_point> request_deadline_;
  std::optional<steady_clock::time_point> idle_deadline_;
  std::optional<steady_clock::time_point> send_deadline_;
  steady_clock::time_point first_request_deadline_ = steady_clock::time_point::max();
  steady_clock::time_point pause_end_ = steady_clock::time_point::max();
  steady_clock::time_point rest_begin_ = steady_clock::time_point::max();
  bool reading_ = false;
  bool paused_ = false;
  bool resting_ = true;  // nothing has arrived, and the buffers are given back
  bool answered_ = false;
  bool draining_ = false;
  bool closed_ = false;
  protocol::conversation<Service> conversation_;
};

}  // namespace polyclock::net
