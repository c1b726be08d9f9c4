// One stream connection from accept to close, as a state machine without a wait of its own: it is told when its
// socket is ready and answers what it waits for next. Its listener owns it and sweeps its deadline; the
// protocol is the template's parameter.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "net/asio.hpp"
#include "net/buffer_pool.hpp"
#include "net/connection_quota.hpp"
#include "net/limits.hpp"
#include "net/listening_socket.hpp"
#include "net/tally.hpp"
#include "protocol/conversation.hpp"

namespace polyclock::net {

// What the sessions of a listener share.
template <protocol::stream_service Service>
struct session_surroundings {
  Service service;
  const limits& bounds;
  tally& counts;
  buffer_pool<protocol::conversation_buffers<Service>> pool;
};

// `turn`: until the others have had theirs; `time`: for the session's own sweep time.
enum class session_wait : std::uint8_t { input = 1, output, turn, time, nothing };

// Every call returns what to wait for until the next one; after `nothing` the session has ended and is to
// be destroyed, which closes its socket. Throws where memory is short.
template <protocol::stream_service Service>
class session {
 public:
  using surroundings = session_surroundings<Service>;

  session(connection_place place, connected_socket socket, surroundings& around,
          steady_clock::time_point now)
      : around_(around),
        place_(std::move(place)),
        socket_(std::move(socket)),
        idle_deadline_(now + around.bounds.idle_timeout),
        deadline_(idle_deadline_) {}

  ~session() {
    if (conversation_.was_malformed()) ++around_.counts.malformed;
    conversation_.drop_input();
    if (conversation_.has_buffers()) around_.pool.give_back(conversation_.give_back());
  }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }

  // To be called once, first.
  session_wait start(steady_clock::time_point now) {
    return Service::request_size_max == 0 ? converse(now) : session_wait::input;
  }

  session_wait on_ready(steady_clock::time_point now) {
    if (state_ == state::leaving) return read_away();
    if (wait_ == session_wait::time) return session_wait::nothing;  // the peer has hung up
    const bool reads =
        wait_ == session_wait::input || (wait_ == session_wait::turn && !has_more_requests_);
    if (reads && !receive()) return session_wait::nothing;
    return converse(now);
  }

  // Answers what has arrived, a request that is half here included, then ends. A peer that has only
  // just connected gets a moment for its first request.
  session_wait drain(steady_clock::time_point now) {
    draining_ = true;
    const bool idle = state_ == state::idle && wait_ == session_wait::input;
    return idle ? wait_for_input(now) : wait_;
  }

  // Ends the session where it is late, ends a request whose end its protocol lets it lack where the
  // peer has paused, and ends the wait for a lesson; does nothing before it is due.
  session_wait sweep(steady_clock::time_point now) {
    if (now >= deadline_) {
      if (state_ == state::requesting || state_ == state::sending) ++around_.counts.late;
      return session_wait::nothing;
    }
    if (now < sweep_time_) return wait_;
    if (wait_ == session_wait::time) {
      sweep_time_ = never;
      return wait_ = session_wait::turn;
    }
    conversation_.pause_input();
    return converse(now);
  }

  [[nodiscard]] bool has_answered() const noexcept { return answered_; }

  // When it is to be swept.
  [[nodiscard]] steady_clock::time_point due() const noexcept {
    return std::min(deadline_, sweep_time_);
  }

 private:
  // Each has its time, which runs from when the state was entered.
  enum class state : std::uint8_t { idle = 1, requesting, sending, leaving };

  static constexpr auto never = steady_clock::time_point::max();
  static constexpr std::size_t goodbye_size_max = std::size_t{4} << 20;
  static constexpr std::chrono::seconds goodbye_timeout{1};
  static constexpr std::chrono::seconds first_request_timeout{1};
  // How long a session may write answers that nobody had asked for before until the others get their
  // turn, and how many lessons it may cause: one for each pause, and so many at once as the lead has.
  static constexpr std::chrono::microseconds turn_length{200};
  static constexpr std::chrono::milliseconds lesson_pause{10};
  static constexpr std::chrono::seconds lesson_lead{1};

  // A turn fills the output once at most.
  session_wait converse(steady_clock::time_point now) {
    borrow_buffers();
    sweep_time_ = never;
    if (conversation_.output().empty()) answer(now);
    if (!conversation_.output().empty() && !send()) return session_wait::nothing;
    if (!conversation_.output().empty()) return wait_for_output(now);
    if (has_more_requests_) return wait_for_turn();
    if (!conversation_.is_open()) return leave(now);
    const session_wait wait = wait_for_input(now);
    if (wait == session_wait::input && has_more_input_) wait_ = session_wait::turn;
    return wait_;
  }

  void answer(steady_clock::time_point now) {
    auto turn_end = never;
    while (true) {
      const auto [count, took, is_all] = conversation_.answer(around_.service);
      if (count > 0) note_answers(count, now);
      has_more_requests_ = !is_all;
      if (took == protocol::effort::none || is_turn_over(took, turn_end)) return;
    }
  }

  void note_answers(std::size_t count, steady_clock::time_point now) {
    state_ = state::idle;
    answered_ = true;
    idle_deadline_ = now + around_.bounds.idle_timeout;
    around_.counts.requests += count;
  }

  // A turn begins with its first effort.
  bool is_turn_over(protocol::effort took, steady_clock::time_point& turn_end) {
    const auto now = steady_clock::now();
    if (turn_end == never) turn_end = now + turn_length;
    if (took == protocol::effort::lesson) {
      lessons_until_ = std::max(lessons_until_, now) + lesson_pause;
      if (lessons_until_ - now > lesson_lead) sweep_time_ = lessons_until_ - lesson_lead;
    }
    return now >= turn_end || sweep_time_ != never;
  }

  session_wait wait_for_turn() {
    state_ = state::idle;
    deadline_ = never;
    return wait_ = sweep_time_ == never ? session_wait::turn : session_wait::time;
  }

  // False where the connection broke.
  bool receive() {
    borrow_buffers();
    const auto space = conversation_.input_space();
    const ssize_t got = ::recv(descriptor(), space.data(), space.size(), MSG_DONTWAIT);
    has_more_input_ = got == static_cast<ssize_t>(space.size());  // probably
    if (got > 0)
      conversation_.received(static_cast<std::size_t>(got));
    else if (got == 0)
      conversation_.finish_input();
    return got >= 0 || may_go_on();
  }

  // Sends what the kernel takes now, which is mostly all of it; false where the connection broke.
  bool send() {
    const auto bytes = conversation_.output();
    const ssize_t sent =
        ::send(descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) conversation_.sent(static_cast<std::size_t>(sent));
    return sent >= 0 || may_go_on();
  }

  [[nodiscard]] static bool may_go_on() noexcept {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  }

  session_wait wait_for_output(steady_clock::time_point now) {
    enter(state::sending, now + around_.bounds.request_timeout);
    sweep_time_ = never;
    return wait_ = session_wait::output;
  }

  // A request's time runs from its first byte, however slowly the others come; the time without one
  // from the last reply, whatever comes that is no request.
  session_wait wait_for_input(steady_clock::time_point now) {
    const bool requesting = conversation_.has_partial_request();
    if (draining_ && answered_ && !requesting && !has_unread_input(socket_)) return leave(now);
    if (requesting) {
      enter(state::requesting, now + around_.bounds.request_timeout);
      if constexpr (protocol::pausing_service<Service>) sweep_time_ = now + Service::pause_length;
    } else {
      state_ = state::idle;
      deadline_ =
          draining_ ? std::min(idle_deadline_, now + first_request_timeout) : idle_deadline_;
    }
    return_buffers();
    return wait_ = session_wait::input;
  }

  void enter(state next, steady_clock::time_point deadline) {
    if (state_ != next) deadline_ = deadline;
    state_ = next;
  }

  // Sends the end of the stream and reads on for a moment: closing with unread input would reset
  // the connection, and the peer would lose the last reply.
  session_wait leave(steady_clock::time_point now) {
    if (conversation_.has_all_input()) return session_wait::nothing;
    ::shutdown(descriptor(), SHUT_WR);
    conversation_.drop_input();
    return_buffers();
    enter(state::leaving, now + goodbye_timeout);
    return read_away();
  }

  session_wait read_away() {
    std::array<std::byte, 16384> unwanted;
    const ssize_t got = ::recv(descriptor(), unwanted.data(), unwanted.size(), MSG_DONTWAIT);
    if (got > 0) read_away_ += static_cast<std::size_t>(got);
    const bool over = got == 0 || (got < 0 && !may_go_on()) || read_away_ > goodbye_size_max;
    return wait_ = over ? session_wait::nothing : session_wait::input;
  }

  void borrow_buffers() {
    if (!conversation_.has_buffers()) conversation_.lend(around_.pool.take());
  }

  // A request that has begun to arrive keeps them, unless too many do.
  void return_buffers() {
    if (!conversation_.has_buffers()) return;
    if (conversation_.has_partial_request() && !around_.pool.is_short()) return;
    around_.pool.give_back(conversation_.give_back());
  }

  surroundings& around_;
  connection_place place_;
  connected_socket socket_;
  steady_clock::time_point idle_deadline_;
  steady_clock::time_point deadline_;
  steady_clock::time_point sweep_time_ = never;
  steady_clock::time_point lessons_until_;
  std::size_t read_away_ = 0;
  session_wait wait_ = session_wait::input;
  state state_ = state::idle;
  bool has_more_input_ = false;
  bool has_more_requests_ = false;
  bool answered_ = false;
  bool draining_ = false;
  protocol::conversation<Service> conversation_;
};

}  // namespace polyclock::net
