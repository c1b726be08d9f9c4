// The line of the Daytime Protocol (RFC 867), which leaves its form open: this is the one that inetd made
// common, `Fri Nov 20 21:49:44 2026` CRLF. The daytime service writes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace polyclock::protocol {

inline constexpr std::size_t daytime_size_max = 514;  // a text and CRLF

struct daytime_fields {
  std::uint16_t year;    // 1-9999
  std::uint8_t month;    // 1-12
  std::uint8_t day;      // 1-31
  std::uint8_t hour;     // 0-23
  std::uint8_t minute;   // 0-59
  std::uint8_t second;   // 0-59
  std::uint8_t weekday;  // 1 Monday - 7 Sunday
};

// Bytes written to `out`, or 0 where they do not fit.
std::size_t encode(const daytime_fields& fields, std::span<std::byte> out) noexcept;

// A text of another form, with CRLF.
std::size_t encode_daytime_text(std::string_view text, std::span<std::byte> out) noexcept;

}  // namespace polyclock::protocol
