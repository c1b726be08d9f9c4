// Patterns that were taken apart, against ICU with the whole pattern, in every locale.
#include "format/compiled_pattern.hpp"

#include <unicode/datefmt.h>
#include <unicode/gregocal.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/locale_step.hpp"

namespace polyclock::test {
namespace {

using format::compiled_pattern;
using icu::DateFormat;

std::unique_ptr<icu::Calendar> calendar_of(const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Calendar> made(
      icu::Calendar::createInstance(icu::TimeZone::getGMT()->clone(), locale, status));
  auto* const gregorian = dynamic_cast<icu::GregorianCalendar*>(made.get());
  if (gregorian != nullptr) gregorian->setGregorianChange(-1e17, status);
  REQUIRE(U_SUCCESS(status));
  return made;
}

// Lengths, and every letter that may be taken apart in many widths.
std::vector<std::unique_ptr<icu::SimpleDateFormat>> formats_of(const icu::Locale& locale) {
  std::vector<std::unique_ptr<icu::SimpleDateFormat>> made;
  const auto add = [&](DateFormat* format) {
    made.emplace_back(dynamic_cast<icu::SimpleDateFormat*>(format));
    REQUIRE(made.back() != nullptr);
  };
  for (const auto length :
       {DateFormat::kFull, DateFormat::kLong, DateFormat::kMedium, DateFormat::kShort}) {
    add(DateFormat::createDateInstance(length, locale));
  }
  for (const auto length : {DateFormat::kMedium, DateFormat::kShort}) {
    add(DateFormat::createTimeInstance(length, locale));
    add(DateFormat::createDateTimeInstance(length, length, locale));
  }
  for (const char16_t* const pattern :
       {u"GGGGG y 'o''clock' ''QQQQ LLLL d", u"EEEEEE, dd.MM.yy hh:mm:ss aaaaa", u"qqq ccc e K k s",
        u"yyyyyy.M.dd H:m", u"yyy E, d MMMMM \uE000 a h"}) {
    UErrorCode status = U_ZERO_ERROR;
    add(new icu::SimpleDateFormat(icu::UnicodeString(pattern), locale, status));
    REQUIRE(U_SUCCESS(status));
  }
  return made;
}

std::string told_by_icu(const icu::SimpleDateFormat& format, icu::Calendar& calendar,
                        std::int64_t local_seconds) {
  UErrorCode status = U_ZERO_ERROR;
  calendar.setTime(static_cast<UDate>(local_seconds) * 1000, status);
  icu::UnicodeString text;
  icu::FieldPosition ignored(icu::FieldPosition::DONT_CARE);
  std::string out;
  return format.format(calendar, text, ignored).toUTF8String(out);
}

std::string told(const compiled_pattern& pieces, std::int64_t local_seconds) {
  format::text out;
  pieces.write(clock::to_civil(local_seconds), out, [&] { out << "\uE000"; });
  return std::string(out.view());
}

TEST_CASE("a pattern in pieces reads as ICU writes it, in every locale and year") {
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> any(-62135596800, 253402300799);  // years 1 to 9999
  std::int32_t count = 0;
  const icu::Locale* const locales = icu::Locale::getAvailableLocales(count);
  int taken_apart = 0;
  int left_whole = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); i += locale_step) {
    const auto calendar = calendar_of(locales[i]);
    for (const auto& format : formats_of(locales[i])) {
      const auto pieces = compiled_pattern::make(*format, *calendar);
      if (std::string_view(calendar->getType()) != "gregorian") {
        CHECK_FALSE(pieces.has_value());
        continue;
      }
      ++(pieces ? taken_apart : left_whole);
      if (!pieces) continue;
      for (int sample = 0; sample < 50; ++sample) {
        const std::int64_t when = any(random);
        if (told(*pieces, when) == told_by_icu(*format, *calendar, when)) continue;
        icu::UnicodeString pattern;
        std::string shown;
        format->toPattern(pattern).toUTF8String(shown);
        FAIL_CHECK(locales[i].getName() << " " << shown << " " << when);
        break;
      }
    }
  }
  CHECK(left_whole * 50 < taken_apart);  // day periods, years in Roman digits
}

TEST_CASE("a field of more than one number is not taken apart") {
  const icu::Locale locale("en");
  const auto calendar = calendar_of(locale);
  for (const char16_t* const pattern :
       {u"Bh", u"Y w", u"D", u"S", u"HH:mm z", u"U r u", u"g A F"}) {
    UErrorCode status = U_ZERO_ERROR;
    icu::SimpleDateFormat format(icu::UnicodeString(pattern), locale, status);
    REQUIRE(U_SUCCESS(status));
    CHECK_FALSE(compiled_pattern::make(format, *calendar).has_value());
  }
}

}  // namespace
}  // namespace polyclock::test
