#include "clock/civil.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>

#include "clock/instant.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

std::string shown(const clock::civil_time& civil) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%d-%02u-%02u %02u:%02u:%02u %u %u %d-W%02u", civil.year,
                civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.weekday,
                civil.day_of_year, civil.iso_year, civil.iso_week);
  return text.data();
}

// The C library's calendar.
std::string oracle(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm fields{};
  gmtime_r(&time, &fields);
  std::array<char, 32> week{};
  std::strftime(week.data(), week.size(), "%V", &fields);
  std::array<char, 32> week_year{};
  std::strftime(week_year.data(), week_year.size(), "%G", &fields);
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%d-%02d-%02d %02d:%02d:%02d %d %d %d-W%s",
                fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday, fields.tm_hour,
                fields.tm_min, fields.tm_sec, fields.tm_wday == 0 ? 7 : fields.tm_wday,
                fields.tm_yday + 1, std::stoi(week_year.data()), week.data());
  return text.data();
}

TEST_CASE("civil fields are those of the C library's calendar") {
  for (const std::int64_t seconds : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{951782400},
                                     std::int64_t{-62135596800}, std::int64_t{253402300799}}) {
    CHECK(shown(clock::to_civil(seconds)) == oracle(seconds));
  }
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> any(-62135596800, 253402300799);
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t seconds = any(random);
    INFO(seconds);
    REQUIRE(shown(clock::to_civil(seconds)) == oracle(seconds));
  }
}

TEST_CASE("the days around every new year have the right ISO week") {
  for (std::int64_t year = 0; year < 400; ++year) {
    const std::int64_t new_year = 946684800 + (year * 365 + year / 4 - year / 100) * 86400;
    for (int day = -7; day <= 7; ++day) {
      const std::int64_t seconds = new_year + day * 86400;
      REQUIRE(shown(clock::to_civil(seconds)) == oracle(seconds));
    }
  }
}

}  // namespace
}  // namespace polyclock::test
