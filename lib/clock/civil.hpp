// The Gregorian calendar and clock fields of a local time; the replies contain them and the
// formatters print them.
#pragma once

#include <cstdint>

namespace polyclock::clock {

struct civil_time {
  std::int32_t year;  // proleptic Gregorian; 0 is 1 BC
  std::uint8_t month;
  std::uint8_t day;
  std::uint8_t hour;
  std::uint8_t minute;
  std::uint8_t second;
  std::uint8_t weekday;       // 1 Monday - 7 Sunday
  std::uint16_t day_of_year;  // 1-366
  std::int32_t iso_year;      // the year of the ISO 8601 week
  std::uint8_t iso_week;      // 1-53
};

// `local_seconds` is an instant's seconds plus the UTC offset; the instant is from `seconds_min` to
// `seconds_max`.
[[nodiscard]] civil_time to_civil(std::int64_t local_seconds) noexcept;

// The largest multiple of `unit` that is not greater than `seconds`.
[[nodiscard]] constexpr std::int64_t floor_to(std::int64_t seconds, std::int64_t unit) noexcept {
  const std::int64_t remainder = seconds % unit;
  return seconds - (remainder < 0 ? remainder + unit : remainder);
}

}  // namespace polyclock::clock
