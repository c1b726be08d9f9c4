// The dearest questions: every locale, every calendar, every skeleton letter alone and beside zones and eras. What a
// text costs is counted in texts that are written for it, so that the bound does not waver.
#include <unicode/calendar.h>
#include <unicode/strenum.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "format/available_locales.hpp"
#include "format/registry.hpp"
#include "support/catch.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

using format::render_status;

// One text, and 24 more to find until when it is valid.
constexpr int texts_max = 25;

std::vector<std::string> calendars() {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> names(
      icu::Calendar::getKeywordValuesForLocale("calendar", icu::Locale("und"), false, status));
  std::vector<std::string> all;
  while (const char* const name = names->next(nullptr, status)) all.emplace_back(name);
  return all;
}

std::vector<std::string> skeletons() {
  std::vector<std::string> all;
  for (const char letter : std::string("GyYuUrQqMLwWdDFgEecabBhHkKjmszZOvVXx")) {
    for (const char* beside : {"", "VVVV", "vvvv", "zzzz", "G"}) {
      all.push_back(std::string("skeleton:") + letter + beside);
    }
  }
  return all;
}

class dearest_test {
 public:
  // Asks at a random instant in a random zone: the text has to be the same until its end.
  void ask(const std::string& tag, const std::string& style) {
    const auto all = zones()->zones();
    const clock::zone& zone = all[random() % all.size()];
    const std::int64_t seconds = instants(random);
    const std::string_view locale = tag;
    const auto render = [&](std::int64_t when, format::rendering& out) {
      return registry.render({{when, 0}, zone}, {format::components::both, style, locale}, out);
    };
    format::rendering now;
    if (render(seconds, now) != render_status::rendered) return;
    ++asked;
    INFO(tag << " " << style << " " << zone.name() << " " << seconds);
    if (now.renderings > dearest) {
      dearest = now.renderings;
      dearest_question = tag + " " + style + " " + std::string(zone.name());
    }
    REQUIRE(now.renderings <= texts_max);
    if (!now.valid_until) return;
    const std::int64_t end = now.valid_until->seconds;
    REQUIRE(end > seconds);
    format::rendering later;
    for (const std::int64_t when : {end - 1, seconds + (end - seconds) / 2}) {
      REQUIRE(render(when, later) == render_status::rendered);
      REQUIRE(later.text.view() == now.text.view());
    }
  }

  std::mt19937_64 random{std::random_device()()};
  std::uniform_int_distribution<std::int64_t> instants{0, 4102444800};  // 1970 to 2100
  format::registry registry;
  std::size_t asked = 0;
  int dearest = 0;
  std::string dearest_question;
};

#ifdef POLYCLOCK_SANITIZED
constexpr std::size_t stride = 40;
#else
constexpr std::size_t stride = 1;
#endif

TEST_CASE_METHOD(dearest_test, "no question is dear, in any locale, calendar or skeleton") {
  const auto locales = format::available_locales();
  const auto styles = skeletons();
  const auto kinds = calendars();
  REQUIRE(locales.size() > 500);
  REQUIRE(kinds.size() >= 15);
  std::size_t next = random() % styles.size();
  for (std::size_t i = 0; i < locales.size(); i += stride) {
    for (const std::string& calendar : kinds) {
      for (int count = 0; count < 2; ++count) {
        ask(locales[i] + "-u-ca-" + calendar, styles[next++ % styles.size()]);
      }
    }
  }
  for (const char* tag : {"en", "zh", "ar", "haw"}) {
    for (const std::string& calendar : kinds) {
      for (std::size_t i = 0; i < styles.size(); i += stride) {
        ask(std::string(tag) + "-u-ca-" + calendar, styles[i]);
      }
    }
  }
  std::cout << asked << " questions; the dearest took " << dearest << " texts: " << dearest_question
            << "\n";
  CHECK(asked > 20'000 / stride);
}

}  // namespace
}  // namespace polyclock::test
