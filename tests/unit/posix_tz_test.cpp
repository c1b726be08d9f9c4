// POSIX TZ strings, with the C library as the oracle.
#include "clock/posix_tz.hpp"

#include <cstdlib>
#include <ctime>
#include <string>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using clock::posix_tz;

// Sets TZ for the C library as long as it lives.
class c_library_zone {
 public:
  explicit c_library_zone(const std::string& tz) {
    setenv("TZ", tz.c_str(), 1);
    tzset();
  }
  ~c_library_zone() {
    unsetenv("TZ");
    tzset();
  }
  c_library_zone(const c_library_zone&) = delete;
  c_library_zone& operator=(const c_library_zone&) = delete;

  [[nodiscard]] static std::string at(std::time_t seconds) {
    std::tm fields{};
    localtime_r(&seconds, &fields);
    return std::to_string(fields.tm_gmtoff) + (fields.tm_isdst > 0 ? " dst " : " std ") +
           fields.tm_zone;
  }
};

std::string shown(const clock::local_type& type) {
  return std::to_string(type.offset) + (type.dst ? " dst " : " std ") + type.abbreviation;
}

TEST_CASE("TZ strings give the C library's offsets at every sixth hour of 50 years") {
  for (const char* text :
       {"UTC0", "NZST-12NZDT,M9.5.0,M4.1.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30",
        "IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "EET-2EEST,M4.5.5/0,M10.5.4/24",
        "AAA3BBB,J60/1,J300", "AAA3BBB,59/1,300/2:30:15"}) {
    INFO(text);
    const auto parsed = posix_tz::parse(text);
    REQUIRE(parsed);
    const c_library_zone oracle(text);
    for (std::int64_t seconds = 1'600'000'000; seconds < 3'200'000'000; seconds += 21'599) {
      INFO(seconds);
      REQUIRE(shown(parsed->type_at(seconds)) == oracle.at(seconds));
    }
  }
}

TEST_CASE("the next transition is the first second of the new type") {
  const auto parsed = posix_tz::parse("NZST-12NZDT,M9.5.0,M4.1.0/3");
  std::int64_t seconds = 1'795'211'145;
  for (int i = 0; i < 40; ++i) {
    const auto next = parsed->next_after(seconds);
    REQUIRE(next);
    CHECK(next->seconds > seconds);
    CHECK(shown(parsed->type_at(next->seconds)) == shown(*next->to));
    CHECK(shown(parsed->type_at(next->seconds - 1)) != shown(*next->to));
    seconds = next->seconds;
  }
}

TEST_CASE("daylight saving time all year has no standard time") {
  const auto parsed = posix_tz::parse("XXX3EDT4,0/0,J365/23");
  REQUIRE(parsed);
  for (std::int64_t seconds = 1'600'000'000; seconds < 1'800'000'000; seconds += 3'599) {
    REQUIRE(parsed->type_at(seconds).abbreviation == "EDT");
  }
}

TEST_CASE("a TZ string with a syntax error is rejected") {
  for (const char* text : {"",
                           "A",
                           "AB3",
                           "ABC",
                           "ABC25",
                           "ABC3DEF",
                           "ABC3DEF,",
                           "ABC3DEF,M3.2.0",
                           "<+03>",
                           "<+03-3",
                           "ABC3DEF,M13.1.0,M1.1.0",
                           "ABC3DEF,M0.1.0,M1.1.0",
                           "ABC3DEF,M3.6.0,M1.1.0",
                           "ABC3DEF,M3.2.7,M1.1.0",
                           "ABC3DEF,J0,J1",
                           "ABC3DEF,J366,J1",
                           "ABC3DEF,366,1",
                           "ABC3DEF,M3.2.0/168,M1.1.0",
                           "ABC3DEF,M3.2.0,M11.1.0x",
                           "ABC3:60",
                           "ABC3:5:60",
                           "ABC+-3",
                           "ABC99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(posix_tz::parse(text));
  }
}

}  // namespace
}  // namespace polyclock::test
