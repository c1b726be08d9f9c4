// A CLDR style or skeleton in one locale, made ready: ICU's formatter without its zones, and what
// its text shows. The CLDR strategy keeps them.
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
#include "format/skeleton_patterns.hpp"
#include "format/validity.hpp"
#include "format/zone_text.hpp"

namespace polyclock::format {

class date_pattern {
 public:
  // For `full`, `long`, `medium`, `short` or `skeleton:LETTERS`; nothing where it is none of these
  // or ICU makes nothing of it. For a skeleton `what` does not matter.
  [[nodiscard]] static std::optional<date_pattern> make(const icu::Locale& locale,
                                                        std::string_view style, components what,
                                                        skeleton_patterns& skeletons);

  // To be called when it is used again: what is used often is taken apart, to be written faster. Returns
  // whether it was this time, which takes about as long as making a pattern.
  bool count_use();

  // Whether the next use writes one text and no more.
  [[nodiscard]] bool is_quick() const noexcept;

  // Writes the text; false where it does not fit.
  [[nodiscard]] bool write(const zoned_time& time, icu_zones& zones, text& out) const;

  struct end {
    std::optional<clock::instant> when;  // nothing: never
    int renderings = 0;                  // texts that were written to find it
  };

  // Until when the text stays `shown`, that of `time`: the first instant at which it differs, or an
  // earlier one where that would take long to find.
  [[nodiscard]] end valid_until(const zoned_time& time, icu_zones& zones,
                                std::string_view shown) const;

 private:
  date_pattern() = default;

  bool adopt(const icu::Locale& locale, simple_format format);
  icu::UnicodeString take_zones(const icu::UnicodeString& pattern);

  // Whether the text changes with each of its finest units, so that its end needs no search.
  [[nodiscard]] bool has_certain_end() const noexcept;
  // The next instant at which the text may differ, or has to be looked at.
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
  std::optional<compiled_pattern> compiled_;  // where it was used often, and can be taken apart
  int uses_ = 0;
  shown_units units_;
};

}  // namespace polyclock::format
