// What came of making one reply; services make it, and turn it into a step of a stream or datagram.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/error.hpp"
#include "protocol/service.hpp"

namespace polyclock::service {

struct reply {
  std::size_t size = 0;  // bytes written, 0 where the request gets no reply
  protocol::cost took = protocol::cost::cached;
  bool wants_time =
      false;  // it would cost `took`, which is more than was allowed; nothing was written
  std::uint8_t error = 0;  // the number of the error that it is; 0: none
};

// A reply that is an error.
[[nodiscard]] inline reply failed(protocol::error_code code, std::size_t size,
                                  protocol::cost took = protocol::cost::cached) noexcept {
  return {.size = size, .took = took, .error = static_cast<std::uint8_t>(code)};
}

// A reply that is to be made with more time.
[[nodiscard]] inline reply reply_later(protocol::cost wanted) noexcept {
  return {.took = wanted, .wants_time = true};
}

// The step that consumes a request and sends its reply.
[[nodiscard]] inline protocol::step step_of(const reply& made, std::size_t consumed,
                                            protocol::wanted next) noexcept {
  if (made.wants_time) return {.next = protocol::wanted::time, .took = made.took};
  return {.consumed = consumed,
          .produced = made.size,
          .next = next,
          .took = made.took,
          .error = made.error};
}

[[nodiscard]] inline protocol::datagram_step datagram_step_of(const reply& made) noexcept {
  return {made.size, made.took, made.wants_time, made.error};
}

}  // namespace polyclock::service
