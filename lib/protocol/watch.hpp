// The watch request: a query whose answer comes again whenever its text changes, until it is ended. Written by the
// client, read by the daemon's DT service.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/query.hpp"

namespace polyclock::protocol {

inline constexpr std::size_t watches_max = 16;  // of a connection

struct watch_request {
  query asked;  // without an instant, and without texts ahead
};

// Ends the watch of that id.
struct unwatch_request {
  std::uint32_t id = 0;
};

// Bytes written to `out`, or 0 where the packet exceeds `out` or 1,024 bytes.
std::size_t encode(const watch_request& request, std::span<std::byte> out) noexcept;
std::size_t encode(const unwatch_request& request, std::span<std::byte> out) noexcept;

// Reads the fields of one whole packet, whose header has been checked; false where they break a rule.
bool decode_watch(std::span<const std::byte> packet, watch_request& request) noexcept;
bool decode_unwatch(std::span<const std::byte> packet, unwatch_request& request) noexcept;

}  // namespace polyclock::protocol
