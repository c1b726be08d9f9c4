// Until when a text stays true: the first instant at which what it shows of the local time changes.
// Every strategy calls it with the finest unit that its text shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "clock/instant.hpp"
#include "format/formatter.hpp"

namespace polyclock::format {

// The finest unit of local time in a text, in seconds.
enum class unit : std::int32_t { second = 1, minute = 60, hour = 3600, day = 86400 };

// Whether the text also shows the UTC offset or the zone's abbreviation.
enum class shows_zone : bool { no, yes };

// The first instant after `time` at which its local time, cut to steps of that length, a divisor of a day, is another
// one, or at which the offset shown changes. Correct across DST gaps and repeats.
[[nodiscard]] std::optional<clock::instant> valid_until(const zoned_time& time,
                                                        std::chrono::seconds step,
                                                        shows_zone zone) noexcept;

// The same, cut to a unit.
[[nodiscard]] inline std::optional<clock::instant> valid_until(const zoned_time& time, unit finest,
                                                               shows_zone zone) noexcept {
  return valid_until(time, std::chrono::seconds(static_cast<std::int32_t>(finest)), zone);
}

}  // namespace polyclock::format
