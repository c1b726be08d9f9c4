// The zone in a text of a CLDR pattern: its name where ICU's idea of the zone is right, else its
// offset. The compiled patterns of the CLDR strategy use it.
#pragma once

#include <unicode/timezone.h>
#include <unicode/tzfmt.h>
#include <unicode/unistr.h>

#include <memory>
#include <optional>

#include "format/bounded_cache.hpp"
#include "format/formatter.hpp"

namespace polyclock::format {

// A run of one of the pattern letters z Z O v V X x (UTS #35, "Date Field Symbol Table").
struct zone_field {
  char16_t letter;
  int count;
};

// Whether a pattern letter is one of these.
[[nodiscard]] bool is_zone_letter(char16_t letter);

// ICU's zones by name, cached for one worker.
class icu_zones {
 public:
  // ICU's zone of that name; nullptr where ICU does not know it.
  [[nodiscard]] const icu::TimeZone* known(const zoned_time& time);

  // The next instant at which ICU's zone changes, whether or not the tz database's does; empty where
  // none is known.
  [[nodiscard]] std::optional<clock::instant> next_transition(const zoned_time& time);

  // ICU's zone of that name, if its offset and daylight saving time are those of the tz
  // database then; ICU brings its own data, which is older. nullptr where they differ.
  [[nodiscard]] const icu::TimeZone* agreeing(const zoned_time& time);

 private:
  bounded_cache<std::unique_ptr<icu::TimeZone>> zones_{128};
};

// Whether a field's text is an ICU display name, which may change without an offset change.
[[nodiscard]] bool is_name(const zone_field& field);

// The text of one field.
[[nodiscard]] icu::UnicodeString zone_text(const zone_field& field, const zoned_time& time,
                                           const icu::TimeZoneFormat& format, icu_zones& zones);

}  // namespace polyclock::format
