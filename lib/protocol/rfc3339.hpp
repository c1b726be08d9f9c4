// Parses and formats instants as RFC 3339; --at of the command line, at= of a URL and the JSON output use it.
#pragma once

#include <optional>
#include <string_view>

#include "base/bounded_text.hpp"
#include "protocol/extended.hpp"

namespace polyclock::protocol {

inline constexpr std::int64_t first_second = -62'135'596'800;  // 0001-01-01T00:00:00Z
inline constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z

struct parsed_instant {
  timestamp when;
  bool is_local = false;  // no offset was given: `when` is a local time, as if it were UTC

  friend bool operator==(const parsed_instant&, const parsed_instant&) = default;
};

// `2026-11-20T09:05:07.25+13:00`, also with spaces before the time of day and the offset, in lower case, without
// fraction, seconds, time of day or offset, the offset as `+1300`, `+13` or `Z`; or `@SECONDS[.FRACTION]` since
// 1970. Digits beyond nanoseconds are dropped; second 60 is the first of the next minute. Empty if the text has
// neither form or the date does not exist.
[[nodiscard]] std::optional<parsed_instant> parse_instant(std::string_view text);

using instant_text = base::bounded_text<40>;

// In UTC, `2026-11-19T20:05:07.25Z`, without trailing zeros of the fraction. Instants outside the
// years 1 to 9999 are formatted as `@SECONDS`.
[[nodiscard]] instant_text format_instant(timestamp when) noexcept;

}  // namespace polyclock::protocol
