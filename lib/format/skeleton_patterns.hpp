// The pattern that a skeleton, the fields that a text is to show, has in a locale. ICU's generators, which take long
// to make and are large, are cached for the locales that were asked for last; the CLDR strategy has one of these.
#pragma once

#include <unicode/dtptngen.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <memory>
#include <string_view>

#include "format/bounded_cache.hpp"

namespace polyclock::format {

class skeleton_patterns {
 public:
  // For 1 to 32 letters such as `jjmm`; empty where ICU knows none or the letters are no skeleton. Fractional
  // seconds (S, A) are rejected.
  [[nodiscard]] icu::UnicodeString best(const icu::Locale& locale, std::string_view letters);

 private:
  [[nodiscard]] icu::DateTimePatternGenerator* generator(const icu::Locale& locale);

  bounded_cache<std::unique_ptr<icu::DateTimePatternGenerator>> generators_{8};
};

}  // namespace polyclock::format
