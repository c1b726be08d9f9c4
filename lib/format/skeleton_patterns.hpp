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

// Whether these are 1 to 32 letters such as `jjmm`. Fractional seconds (S, A) are rejected.
[[nodiscard]] bool is_skeleton(std::string_view letters);

class skeleton_patterns {
 public:
  // The pattern for a skeleton; empty where the locale has none that shows all of its fields.
  [[nodiscard]] icu::UnicodeString best(const icu::Locale& locale, std::string_view letters);

 private:
  [[nodiscard]] icu::DateTimePatternGenerator* generator(const icu::Locale& locale);

  bounded_cache<std::unique_ptr<icu::DateTimePatternGenerator>> generators_{8};
};

}  // namespace polyclock::format
