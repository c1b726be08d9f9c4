// A CLDR style or skeleton in one locale, ready to render: ICU's formatter without its zone fields, and what its
// text shows. The CLDR strategy caches them.
#pragma once

#include <unicode/calendar.h>
#include <unicode/locid.h>
#include <unicode/smpdtfmt.h>
#include <unicode/tzfmt.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "format/compiled_pattern.hpp"
#include "format/formatter.hpp"
#include "format/icu_format.hpp"
#include "format/shown_units.hpp"
#include "format/validity.hpp"
#include "format/zone_text.hpp"

namespace polyclock::format {

class date_pattern {
 public:
  // Of a format of icu_format.hpp; empty where that is nullptr or ICU fails.
  [[nodiscard]] static std::optional<date_pattern> make(const icu::Locale& locale,
                                                        simple_format format);

  // Counts a further use; the 16th compiles the pattern, which takes about as long as making one. True if it did.
  bool count_use();

  // Whether the next use renders once and no more.
  [[nodiscard]] bool is_quick() const noexcept;

  // Writes the text; false where it does not fit.
  [[nodiscard]] bool write(const zoned_time& time, icu_zones& zones, text& out) const;

  struct end {
    std::optional<clock::instant> when;  // empty: never
    int renderings = 0;                  // that it took to find it
  };

  // Until when the text is `shown`, that of `time`: the first instant at which it differs, or an earlier one
  // where that would take too long to find.
  [[nodiscard]] end valid_until(const zoned_time& time, icu_zones& zones,
                                std::string_view shown) const;

 private:
  date_pattern() = default;

  bool adopt(const icu::Locale& locale, simple_format format);
  icu::UnicodeString take_zones(const icu::UnicodeString& pattern);

  // Whether the text changes with each of its finest units, so that its end needs no search.
  [[nodiscard]] bool has_certain_end() const noexcept;
  // The next instant at which the text may differ, or has to be rendered again to know.
  [[nodiscard]] std::optional<clock::instant> next_candidate(const zoned_time& time,
                                                             icu_zones& zones) const;
  // Whether the text at an instant is this one.
  [[nodiscard]] bool shows(std::string_view shown, clock::instant when, const clock::zone& zone,
                           icu_zones& zones) const;

  simple_format format_;
  std::unique_ptr<icu::Calendar> calendar_;           // in UTC: it is set to local time
  std::unique_ptr<icu::TimeZoneFormat> zone_format_;  // where there are zone fields
  std::vector<zone_field> zone_fields_;
  bool has_names_ = false;                    // among the zone fields
  std::optional<compiled_pattern> compiled_;  // where it was used often, and can be compiled
  int uses_ = 0;
  shown_units units_;
};

}  // namespace polyclock::format
