// The line of the Daytime Protocol (RFC 867), which leaves its form open: the daytime service writes that
// of inetd, `Fri Nov 20 21:49:44 2026` CRLF; the client reads any line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/packet.hpp"

namespace polyclock::protocol {

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

// Whether a datagram has the form of a reply of the Daytime Protocol, a line with its end, or of the Time Protocol,
// four bytes. A line end alone is none.
[[nodiscard]] bool may_be_reply(std::span<const std::byte> in) noexcept;

// Reads the first line that is not empty, as any server may write it, from the front of a byte
// stream. Where `ended`, no more input will come and the line needs no end. The line is a view into `in`.
decoded decode_daytime(std::span<const std::byte> in, bool ended, std::string_view& line) noexcept;

}  // namespace polyclock::protocol
