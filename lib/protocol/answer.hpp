// The extended answer: a text that is ready to show, and everything known about it. Written by the
// daemon's DT service, read by the client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/extended.hpp"

namespace polyclock::protocol {

// The Gregorian calendar and clock of the answer's zone.
struct civil_fields {
  std::uint16_t year;         // 1-9999
  std::uint8_t month;         // 1-12
  std::uint8_t day;           // 1-31
  std::uint8_t hour;          // 0-23
  std::uint8_t minute;        // 0-59
  std::uint8_t second;        // 0-59
  std::uint8_t weekday;       // 1 Monday - 7 Sunday
  std::uint16_t day_of_year;  // 1-366
  std::uint16_t iso_year;     // the year that owns the ISO week, 0-10000
  std::uint8_t iso_week;      // 1-53
};

struct offset_fields {
  std::int32_t seconds = 0;  // east of UTC
  bool dst = false;
  std::string_view abbreviation;
};

struct transition_fields {
  timestamp instant;
  offset_fields to;
};

// In the place of an error that the server does not know, or that is too large.
inline constexpr std::uint32_t unknown_error_us = 0xFFFFFFFF;

struct clock_fields {
  bool synchronized = false;
  std::uint8_t leap_indicator = 0;       // RFC 5905: 0 none, 1 insert, 2 delete, 3 unknown
  std::uint32_t estimated_error_us = 0;  // microseconds
  std::uint32_t maximum_error_us = 0;    // microseconds
};

// A text that follows, and the second from which it holds.
struct later_text {
  std::int64_t from = 0;
  std::string_view text;
};

// Views point into the service's buffers (to encode) or into the packet (once decoded).
struct answer {
  std::uint32_t id = 0;
  subject what = subject::both;
  std::string_view text;
  std::string_view locale;
  std::string_view style;
  text_direction direction = text_direction::left_to_right;
  timestamp instant;
  civil_fields civil{};
  std::string_view zone;
  offset_fields offset;
  std::optional<timestamp> valid_until;              // none: the text never changes
  std::optional<transition_fields> next_transition;  // none: no change is known
  std::string_view tz_version;                       // empty: no tz database
  clock_fields clock;
  std::span<const std::byte> later;  // once decoded, fields: `next_later` reads them
};

// Bytes written to `out`, or 0 where the answer exceeds `out` or 4,096 bytes.
std::size_t encode(const answer& answer, std::span<std::byte> out) noexcept;

// Appends a text that follows to an answer of `size` bytes at the front of `out`. Returns the new size, or 0 where it
// does not fit.
std::size_t append_later(std::span<std::byte> out, std::size_t size,
                         const later_text& text) noexcept;

// Takes the next of the texts that follow; empty where there is none.
[[nodiscard]] std::optional<later_text> next_later(answer& answer) noexcept;

// Reads the fields of one whole packet, whose header has been checked; false where they break a
// rule or a required field is missing.
bool decode_answer(std::span<const std::byte> packet, answer& answer) noexcept;

}  // namespace polyclock::protocol
