#include "clock/civil.hpp"

#include <chrono>

namespace polyclock::clock {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

sys_days first_of(std::chrono::year year) noexcept {
  return sys_days(year / 1 / 1);
}

// ISO 8601: a week belongs to the year that contains its Thursday.
void set_iso_week(civil_time& civil, sys_days day) noexcept {
  const sys_days thursday = day + days(4 - civil.weekday);
  const auto year = year_month_day(thursday).year();
  civil.iso_year = static_cast<int>(year);
  civil.iso_week = static_cast<std::uint8_t>((thursday - first_of(year)).count() / 7 + 1);
}

}  // namespace

civil_time to_civil(std::int64_t local_seconds) noexcept {
  constexpr std::int64_t seconds_per_day = 86400;
  const std::int64_t midnight = floor_to(local_seconds, seconds_per_day);
  const auto second_of_day = static_cast<unsigned>(local_seconds - midnight);
  const sys_days day{days(static_cast<days::rep>(midnight / seconds_per_day))};
  const year_month_day date(day);

  civil_time civil{};
  civil.year = static_cast<int>(date.year());
  civil.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
  civil.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
  civil.hour = static_cast<std::uint8_t>(second_of_day / 3600);
  civil.minute = static_cast<std::uint8_t>(second_of_day / 60 % 60);
  civil.second = static_cast<std::uint8_t>(second_of_day % 60);
  civil.weekday = static_cast<std::uint8_t>(std::chrono::weekday(day).iso_encoding());
  civil.day_of_year = static_cast<std::uint16_t>((day - first_of(date.year())).count() + 1);
  set_iso_week(civil, day);
  return civil;
}

}  // namespace polyclock::clock
