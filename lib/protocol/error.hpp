// The extended error: a code for programs and one sentence for people. Written by the daemon's DT
// service, read by the client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/extended.hpp"

namespace polyclock::protocol {

enum class error_code : std::uint16_t {
  malformed = 1,
  too_large = 2,
  unsupported_version = 3,
  busy = 4,
  unknown_zone = 5,
  unknown_locale = 6,
  unknown_style = 7,
  out_of_range = 8,
  unsupported_packet = 9,
};

struct error {
  std::uint32_t id = 0;  // 0 where the request's own could not be read
  error_code code = error_code::malformed;
  std::string_view message;
};

// Bytes written to `out`, or 0 where they do not fit.
std::size_t encode(const error& error, std::span<std::byte> out) noexcept;

// Reads the fields of one whole packet, whose header has been checked; false where they break a
// rule or a required field is missing. Codes that this version does not know are kept.
bool decode_error(std::span<const std::byte> packet, error& error) noexcept;

// The code's name, `unknown_zone` and so on; `unknown` where it has none.
[[nodiscard]] std::string_view name_of(error_code code) noexcept;

}  // namespace polyclock::protocol
