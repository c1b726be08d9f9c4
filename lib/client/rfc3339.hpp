// Instants as a person types them and as programs read them (RFC 3339); the command line's --at and
// the JSON output use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/extended.hpp"

namespace polyclock::client {

// `2026-11-20T09:05:07.25+13:00`, also with a space or in lower case, or `@SECONDS[.FRACTION]`
// since 1970. Digits beyond nanoseconds are dropped; second 60 is taken as the next minute's first.
// Nothing where the text is neither, or names no day of the calendar.
[[nodiscard]] std::optional<protocol::timestamp> parse_instant(std::string_view text);

// In UTC, `2026-11-19T20:05:07.25Z`, with as many digits of the second as it has. Instants beyond
// the years 1 to 9999 are written as `@SECONDS`.
[[nodiscard]] std::string format_instant(protocol::timestamp when);

}  // namespace polyclock::client
