// What the letters of a CLDR pattern show of the time, from which it is known when the text changes; the date patterns
// use it. Zones are apart.
#pragma once

#include <unicode/unistr.h>

#include "format/validity.hpp"

namespace polyclock::format {

struct shown_units {
  bool shows_time = false;  // anything but the zone
  unit finest = unit::day;
  bool months_alone = true;         // or quarters, years, eras
  bool every_unit_differs = false;  // no two units in a row show the same
};

[[nodiscard]] shown_units units_of(const icu::UnicodeString& pattern);

}  // namespace polyclock::format
