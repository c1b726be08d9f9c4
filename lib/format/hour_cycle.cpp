#include "format/hour_cycle.hpp"

#include <unicode/dtptngen.h>

#include <memory>
#include <string>

#include "format/pattern_letters.hpp"

namespace polyclock::format {
namespace {

using icu::UnicodeString;

// The pattern letter of h11, h12, h23 or h24; 0 for anything else.
char16_t wanted_letter(const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const auto cycle = locale.getUnicodeKeywordValue<std::string>("hc", status);
  if (cycle == "h11") return u'K';
  if (cycle == "h12") return u'h';
  if (cycle == "h23") return u'H';
  if (cycle == "h24") return u'k';
  return 0;
}

bool is_hour(char16_t letter) {
  return letter == u'h' || letter == u'H' || letter == u'k' || letter == u'K';
}
bool has_half_days(char16_t hour) {
  return hour == u'h' || hour == u'K';
}
bool is_half_day(char16_t letter) {
  return letter == u'a' || letter == u'b' || letter == u'B';
}

char16_t hour_letter(const UnicodeString& pattern) {
  char16_t found = 0;
  walk_pattern(
      pattern, [&](char16_t letter, int) { found = is_hour(letter) ? letter : found; },
      [](char16_t) {});
  return found;
}

UnicodeString with_hour(const UnicodeString& pattern, char16_t hour) {
  UnicodeString out;
  walk_pattern(
      pattern,
      [&](char16_t letter, int count) {
        for (int i = 0; i < count; ++i) out.append(is_hour(letter) ? hour : letter);
      },
      [&](char16_t c) { out.append(c); });
  return out;
}

// The best pattern for the same fields with another kind of hour; `a` and its kin come and go with
// it.
UnicodeString rebuilt(const UnicodeString& time, char16_t hour, const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::DateTimePatternGenerator> generator(
      icu::DateTimePatternGenerator::createInstance(locale, status));
  if (U_FAILURE(status)) return time;
  UnicodeString skeleton;
  walk_pattern(
      icu::DateTimePatternGenerator::staticGetSkeleton(time, status),
      [&](char16_t letter, int count) {
        if (is_half_day(letter)) return;
        for (int i = 0; i < count; ++i) skeleton.append(is_hour(letter) ? hour : letter);
      },
      [](char16_t) {});
  const UnicodeString best = generator->getBestPattern(skeleton, status);
  return U_FAILURE(status) ? time : with_hour(best, hour);
}

}  // namespace

UnicodeString apply_hour_cycle(const UnicodeString& pattern, const UnicodeString& time,
                               const icu::Locale& locale) {
  const char16_t wanted = wanted_letter(locale);
  const char16_t present = hour_letter(pattern);
  if (wanted == 0 || present == 0 || wanted == present) return pattern;
  if (has_half_days(wanted) == has_half_days(present)) return with_hour(pattern, wanted);
  UnicodeString out = pattern;
  return out.findAndReplace(time, rebuilt(time, wanted, locale));
}

}  // namespace polyclock::format
