// A small protocol for tests of what drives a service.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "protocol/service.hpp"

namespace polyclock::test {

// Requests are `=` and a letter; the reply is the letter, as often as `reply_size_max` allows. A
// `!` is malformed, `=z` ends the conversation, `=x` has to be rendered, `=r` fills a reply with two steps.
struct letter_service {
  struct peer {
    bool is_half_done = false;
  };
  static constexpr std::size_t request_size_max = 2;
  static constexpr std::size_t reply_size_max = 100;

  void observe_time() noexcept { ++observed; }

  protocol::step advance(peer& of, const protocol::step_input& in,
                         std::span<std::byte> out) const noexcept {
    if (in.bytes.empty()) return {};
    const bool malformed = in.bytes[0] != std::byte{'='};
    if (!malformed && in.bytes.size() < 2) return {};
    const std::byte letter = malformed ? std::byte{'!'} : in.bytes[1];
    const bool is_rendered = letter == std::byte{'x'};
    if (is_rendered && in.cost_max == protocol::cost::cached) {
      return {.next = protocol::wanted::time, .took = protocol::cost::rendered};
    }
    std::fill_n(out.begin(), reply_size_max, letter);
    if (letter == std::byte{'r'} && !of.is_half_done) {
      of.is_half_done = true;
      return {.produced = reply_size_max, .next = protocol::wanted::room};
    }
    of.is_half_done = false;
    const bool ends = malformed || letter == std::byte{'z'};
    return {.consumed = malformed ? 0U : 2U,
            .produced = reply_size_max,
            .next = ends ? protocol::wanted::end : protocol::wanted::input,
            .took = is_rendered ? protocol::cost::rendered : protocol::cost::cached,
            .malformed = malformed};
  }

  int observed = 0;
};

static_assert(protocol::stream_service<letter_service>);

}  // namespace polyclock::test
