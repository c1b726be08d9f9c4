// A small protocol with subscribers, for tests of what drives a service.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>

#include "protocol/service.hpp"

namespace polyclock::test {

// `s` subscribes to the events `a` to `e`, one each ms, of which `c` has to be rendered; the reply is the letter. Any
// other letter is replied. The end of the input ends a subscription with `z`. All come a hundred times.
struct event_service {
  struct peer {
    int sent = 0;
    bool is_subscribed = false;
  };
  static constexpr int events = 5;
  static constexpr std::size_t request_size_max = 1;
  static constexpr std::size_t reply_size_max = 100;

  static void observe_time() noexcept {}

  protocol::step advance(peer& of, const protocol::step_input& in,
                         std::span<std::byte> out) const noexcept {
    protocol::step made;
    if (of.is_subscribed) made.wake_after = next_wake(of);
    if (!in.bytes.empty()) {
      of.is_subscribed = of.is_subscribed || in.bytes[0] == std::byte{'s'};
      if (of.is_subscribed) made.wake_after = next_wake(of);
      made.consumed = 1;
      return reply(made, in.bytes[0], out);
    }
    if (!of.is_subscribed) return made;
    made.is_push = true;
    if (in.state == protocol::input_state::ended) {
      made.next = protocol::wanted::end;
      return reply(made, std::byte{'z'}, out);
    }
    if (of.sent == events) return made;
    if (of.sent == 2 && in.cost_max == protocol::cost::cached) {
      return {.next = protocol::wanted::time, .took = protocol::cost::rendered};
    }
    made.event_lateness = std::chrono::milliseconds(3);
    const auto letter = static_cast<std::byte>('a' + of.sent++);
    made.wake_after = next_wake(of);
    return reply(made, letter, out);
  }

 private:
  static std::chrono::nanoseconds next_wake(const peer& of) noexcept {
    return of.sent < events ? std::chrono::nanoseconds(std::chrono::milliseconds(1))
                            : std::chrono::hours(1);
  }
  static protocol::step reply(protocol::step made, std::byte letter,
                              std::span<std::byte> out) noexcept {
    std::fill_n(out.begin(), reply_size_max, letter);
    made.produced = reply_size_max;
    return made;
  }
};

static_assert(protocol::stream_service<event_service>);

}  // namespace polyclock::test
