// One stream connection from accept to close, as a machine without I/O: it advances its service, keeps the limits
// and deadlines, and says what its connection has to do next. Tests drive it by hand.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "net/counters.hpp"
#include "net/limits.hpp"
#include "net/schedule/scheduling.hpp"
#include "net/session/buffer_pool.hpp"
#include "protocol/conversation.hpp"

namespace polyclock::net {

// What the sessions of a listener share.
template <protocol::stream_service Service>
struct session_context {
  Service service;
  const limits& bounds;
  counters& counts;
  buffer_pool<protocol::conversation_buffers<Service>> pool;
  std::function<std::chrono::steady_clock::time_point()> clock;  // where `now` is not exact enough
};

enum class session_action : std::uint8_t {
  read = 1,        // into `input_space`, then call `on_read` or `on_input_end`
  write,           // `output`, then call `on_written`
  wait,            // until the deadline
  wait_for_turn,   // for time for a step of the cost wanted, then call `on_turn`
  look_for_input,  // tell `on_look` whether unread input has arrived
  finish,          // shut down the sending side, then read as above
  close,           // the session has ended
};

// Each call returns the one action that follows it. When the deadline is due `on_interrupt` is called in place of
// the others, after the outstanding operation has been cancelled. `now` may be some ms late. Throws where memory
// is short.
template <protocol::stream_service Service>
class session {
 public:
  using context = session_context<Service>;
  using time_point = std::chrono::steady_clock::time_point;
  using action = session_action;

  session(context& shared, time_point now, const protocol::peer_address& address = {})
      : shared_(shared),
        idle_deadline_(now + shared.bounds.idle_timeout),
        deadline_(idle_deadline_),
        conversation_(address) {}

  ~session() {
    set_subscribed(false);
    if (conversation_.was_malformed()) ++shared_.counts.malformed;
    conversation_.drop_input();
    conversation_.drop_output();
    if (conversation_.has_buffers()) shared_.pool.give_back(conversation_.return_buffers());
  }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  // To be called once, first.
  action start(time_point now) { return advance(now); }

  action on_read(std::size_t size, time_point now) {
    shared_.counts.received_bytes += size;
    if (state_ == state::lingering) return linger(size);
    const bool fills_space = size == conversation_.input_space().size();
    conversation_.received(size);
    is_bulk_ = fills_space || (is_bulk_ && size > small_read_max);
    fills_buffer_ = fills_space;
    return fills_buffer_ ? let_others_go_first(now) : advance(now);
  }

  action on_input_end(time_point now) {
    if (state_ == state::lingering) return action::close;
    conversation_.finish_input();
    return advance(now);
  }

  action on_written(std::size_t size, time_point now) {
    shared_.counts.sent_bytes += size;
    conversation_.sent(size);
    if (conversation_.has_output()) return action::write;
    state_ = state::idle;
    if (fills_buffer_ && next_ != protocol::wanted::end) return let_others_go_first(now);
    return go_on(now);
  }

  action on_turn() {
    const time_point start = shared_.clock();
    const time_point end = start + scheduling::time_slice;
    time_point now = start;
    if (state_ == state::held) state_ = state::requesting;
    const protocol::cost granted = cost_wanted_;
    do {
      run_steps(granted, now);
      now = shared_.clock();
    } while (next_ == protocol::wanted::time && cost_wanted_ <= granted && now < end);
    if (granted == protocol::cost::loaded) shared_.counts.slow_time += now - start;
    return conversation_.has_output() ? write(now) : go_on(now);
  }

  action on_look(bool has_unread_input, time_point now) {
    if (next_ != protocol::wanted::end) return has_unread_input ? action::read : linger_from(now);
    return has_unread_input ? linger_from(now) : action::close;
  }

  // A deadline is due, or the session is to drain.
  action on_interrupt(time_point now) {
    if (now >= deadline_) return expire();
    if (now < deadline() || state_ == state::lingering) return wait_for_input(now);
    if constexpr (protocol::pausing_service<Service>) conversation_.pause_input();
    return advance(now);
  }

  // Whether it may send what its service wakes up for while it still waits for input.
  [[nodiscard]] bool can_push(time_point now) const noexcept {
    return is_subscribed_ && state_ == state::idle && now >= wake_at_ && now < deadline_ &&
           !is_draining_ && !conversation_.has_buffers();
  }
  // The same as `on_interrupt`, but a read goes on: its buffer stays as it is until `end_push`.
  action push(time_point now) {
    is_pushing_ = true;
    is_bulk_ = fills_buffer_ = false;
    return advance(now);
  }
  // The read that went on has got so many bytes, or the end of the input.
  void end_push(std::size_t size, bool input_ended) noexcept {
    is_pushing_ = false;
    conversation_.received(size);
    shared_.counts.received_bytes += size;
    if (input_ended) conversation_.finish_input();
    has_unseen_input_ = size > 0 || input_ended;
  }
  // The read still goes on, and all has been sent.
  void end_push() noexcept { is_pushing_ = false; }

  // Whether it has ended because of what the peer sent, or did not send in time.
  [[nodiscard]] bool has_client_error() const noexcept {
    return is_late_ || conversation_.was_malformed();
  }

  // From now on it ends when it has answered what has arrived, a request that is half here included. A peer
  // that has only just connected gets a moment for its first request.
  void drain() noexcept { is_draining_ = true; }

  // A subscriber's texts may have changed.
  void wake(time_point now) noexcept {
    if (is_subscribed_) wake_at_ = now;
  }
  // Whether it waits for more than its peer.
  [[nodiscard]] bool is_subscribed() const noexcept { return is_subscribed_; }

  [[nodiscard]] protocol::cost cost_wanted() const noexcept { return cost_wanted_; }
  // Whether its peer sends many requests at once, for which the large buffers are kept.
  [[nodiscard]] bool is_bulk() const noexcept { return is_bulk_; }

  // When `on_interrupt` has to be called.
  [[nodiscard]] time_point deadline() const noexcept {
    const bool may_wake = state_ == state::idle || state_ == state::requesting;
    return may_wake ? std::min(deadline_, wake_at_) : deadline_;
  }

  [[nodiscard]] std::span<std::byte> input_space() noexcept { return conversation_.input_space(); }
  // Both in this order; the second one is most often empty.
  [[nodiscard]] std::span<const std::byte> output() const noexcept {
    return conversation_.output();
  }
  [[nodiscard]] std::span<const std::byte> output_body() const noexcept {
    return conversation_.output_body();
  }

 private:
  // Each has its time, which runs from when the state was entered; `held` is a part of `requesting`.
  enum class state : std::uint8_t { idle = 1, requesting, held, waiting, sending, lingering };

  static constexpr auto never = time_point::max();
  static constexpr std::size_t small_read_max = 128;
  // The peer of such a protocol has no reason to send anything.
  static constexpr bool expects_input = Service::request_size_max > 0;

  action advance(time_point now) {
    run_steps(protocol::cost::cached, now);
    return conversation_.has_output() ? write(now) : go_on(now);
  }

  void run_steps(protocol::cost cost_max, time_point now) {
    borrow_buffers();
    const auto done = conversation_.advance(shared_.service, cost_max);
    next_ = done.next;
    cost_wanted_ = done.wants;
    wake_at_ = done.wake_after ? shared_.clock() + *done.wake_after : never;
    if (done.event_lateness) shared_.counts.events.add(*done.event_lateness);
    if (next_ == protocol::wanted::input) set_subscribed(done.wake_after.has_value());
    if (done.replies == 0) return;
    state_ = state::idle;
    has_replied_ = true;
    idle_deadline_ = now + shared_.bounds.idle_timeout;
    shared_.counts.requests += done.replies;
    if (done.error_replies > 0) shared_.counts.add_errors(done.errors);
  }

  // Counts why, where that is the peer's fault.
  action expire() {
    is_late_ = state_ == state::requesting || state_ == state::sending;
    if (is_late_) ++shared_.counts.late;
    return action::close;
  }

  action write(time_point now) {
    enter(state::sending, now + shared_.bounds.request_timeout);
    const bool is_free = !is_pushing_ && !keeps_buffers();
    if (is_free && conversation_.can_return_buffers()) return_buffers();
    return action::write;
  }

  // All output has been sent.
  action go_on(time_point now) {
    switch (next_) {
      case protocol::wanted::room:
        return advance(now);
      case protocol::wanted::time:
        return wait_for_turn(now);
      case protocol::wanted::input:
        if (std::exchange(has_unseen_input_, false)) return advance(now);
        return wait_for_input(now);
      case protocol::wanted::end:
        break;
    }
    return end(now);
  }

  action wait_for_turn(time_point now) {
    enter(state::waiting, now + shared_.bounds.request_timeout);
    return queue();
  }

  action queue() {
    if (shared_.pool.is_short()) return_buffers();
    return action::wait_for_turn;
  }

  // Of a peer that sends faster than it is answered. The time of a request that is half here runs on.
  action let_others_go_first(time_point now) {
    cost_wanted_ = protocol::cost::cached;
    if (state_ != state::requesting) return wait_for_turn(now);
    state_ = state::held;
    return queue();
  }

  // The request timeout runs from a request's first byte; the idle timeout from the last reply, and bytes
  // that form no request do not extend it.
  action wait_for_input(time_point now) {
    if (state_ == state::lingering) return action::read;
    if (conversation_.has_partial_request()) {
      enter(state::requesting, now + shared_.bounds.request_timeout);
      if constexpr (protocol::pausing_service<Service>) {
        wake_at_ = std::min(wake_at_, now + Service::pause_length);
      }
    } else {
      state_ = state::idle;
      deadline_ = is_subscribed_ ? never : idle_deadline_;
      if (is_draining_ && is_subscribed_) return end_subscription(now);
      if (is_draining_) {
        if (has_replied_) return action::look_for_input;
        deadline_ = std::min(idle_deadline_, now + scheduling::first_request_timeout);
      }
    }
    if (!keeps_buffers()) return_buffers();
    if (is_subscribed_ && !is_pushing_) conversation_.shrink();
    if (conversation_.has_all_input()) return action::wait;
    if (conversation_.has_buffers()) conversation_.use_large_input();
    // A service that takes no request of its largest size is wrong, and reading nothing would never end.
    return conversation_.input_space().empty() ? action::close : action::read;
  }

  void set_subscribed(bool subscribed) noexcept {
    shared_.counts.subscribers += int{subscribed} - int{is_subscribed_};
    is_subscribed_ = subscribed;
  }

  action end_subscription(time_point now) {
    conversation_.finish_input();
    return advance(now);
  }

  void enter(state next, time_point deadline) {
    if (state_ != next) deadline_ = deadline;
    state_ = next;
  }

  action end(time_point now) {
    if (conversation_.has_all_input()) return action::close;
    return expects_input ? linger_from(now) : action::look_for_input;
  }

  // Closing with unread input would reset the connection, and the peer would lose the last reply.
  action linger_from(time_point now) {
    enter(state::lingering, now + scheduling::linger_timeout);
    conversation_.drop_input();
    if (shared_.pool.is_short()) return_buffers();
    if (conversation_.has_buffers()) conversation_.use_large_input();
    return action::finish;
  }

  action linger(std::size_t size) {
    lingered_ += static_cast<std::uint32_t>(size);
    return lingered_ > scheduling::linger_size_max ? action::close : action::read;
  }

  void borrow_buffers() {
    if (!conversation_.has_buffers()) conversation_.lend(shared_.pool.take());
  }

  [[nodiscard]] bool keeps_buffers() const noexcept {
    const bool useful = is_bulk_ || conversation_.has_large_request();
    return useful && !shared_.pool.is_short();
  }

  void return_buffers() {
    if (conversation_.has_buffers()) shared_.pool.give_back(conversation_.return_buffers());
  }

  context& shared_;
  time_point idle_deadline_;
  time_point deadline_;
  time_point wake_at_ = never;  // the end of a pause, or when the service wants to be woken
  std::uint32_t lingered_ = 0;
  state state_ = state::idle;
  protocol::wanted next_ = protocol::wanted::input;
  protocol::cost cost_wanted_ = protocol::cost::rendered;  // where it wants time
  bool is_bulk_ = false;
  bool fills_buffer_ = false;  // its last read filled all the space
  bool has_replied_ = false;
  bool is_draining_ = false;
  bool is_late_ = false;
  bool is_subscribed_ = false;
  bool is_pushing_ = false;
  bool has_unseen_input_ = false;  // which came during a push
  protocol::conversation<Service> conversation_;
};

}  // namespace polyclock::net
