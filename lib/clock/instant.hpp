// A point in POSIX time with nanoseconds, for the years 1 to 9999; all code that handles time uses
// it.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace polyclock::clock {

// Seconds since 1970-01-01T00:00:00Z without leap seconds (POSIX), and nanoseconds, which count
// forward before 1970 too.
struct instant {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;  // below 1,000,000,000

  friend auto operator<=>(const instant&, const instant&) = default;
};

// Bounds of the instants whose local time, in any zone, may be in the years 1 to 9999.
inline constexpr std::int64_t seconds_min =
    std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(0) / 12 / 30))
        .time_since_epoch()
        .count();
inline constexpr std::int64_t seconds_max =
    std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(10000) / 1 / 3))
        .time_since_epoch()
        .count();

}  // namespace polyclock::clock
