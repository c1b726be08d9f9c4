// A moment on the POSIX time line, wide enough for the years 1 to 9999; every part of the program
// that handles time passes these.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace polyclock::clock {

// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX), and nanoseconds that always
// count forward.
struct instant {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;  // below 1,000,000,000

  friend auto operator<=>(const instant&, const instant&) = default;
};

// The first and last second that any zone can tell within the years 1 to 9999.
inline constexpr std::int64_t seconds_min =
    std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(0) / 12 / 30))
        .time_since_epoch()
        .count();
inline constexpr std::int64_t seconds_max =
    std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(10000) / 1 / 3))
        .time_since_epoch()
        .count();

}  // namespace polyclock::clock
