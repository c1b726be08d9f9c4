// The extension -u-hc- applied to a pattern, which ICU's own styles do not do.
#pragma once

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace polyclock::format {

// The pattern with the hours counted as the locale's -u-hc- wants; unchanged without one. `time` is
// the part of the pattern that tells the time.
[[nodiscard]] icu::UnicodeString apply_hour_cycle(const icu::UnicodeString& pattern,
                                                  const icu::UnicodeString& time,
                                                  const icu::Locale& locale);

}  // namespace polyclock::format
