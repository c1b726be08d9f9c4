// ICU's formatters and calendars, made for a style or skeleton; the date patterns are made of them.
#pragma once

#include <unicode/calendar.h>
#include <unicode/locid.h>
#include <unicode/smpdtfmt.h>
#include <unicode/unistr.h>

#include <memory>
#include <optional>
#include <string_view>

#include "format/formatter.hpp"
#include "format/skeleton_patterns.hpp"

namespace polyclock::format {

using simple_format = std::unique_ptr<icu::SimpleDateFormat>;

// Whether it is `full`, `long`, `medium` or `short`.
[[nodiscard]] bool is_length(std::string_view style);

// The letters behind `skeleton:`, well-formed or not; empty for any other style.
[[nodiscard]] std::optional<std::string_view> skeleton_of(std::string_view style);

// For `full`, `long`, `medium`, `short` or `skeleton:LETTERS`; nullptr where the style is none of these or ICU has
// no pattern. For a skeleton `what` does not matter.
[[nodiscard]] simple_format make_icu_format(const icu::Locale& locale, std::string_view style,
                                            components what, skeleton_patterns& skeletons);

// A date and a time of the style `long`, with this character, which no pattern has, in the place of the time.
inline constexpr char16_t time_gap = 0xE001;
[[nodiscard]] simple_format make_format_with_gap(const icu::Locale& locale);

[[nodiscard]] icu::UnicodeString pattern_of(const icu::SimpleDateFormat& format);

// The locale's calendar, in UTC; nullptr where ICU fails. The Gregorian one goes on before 1582, as the civil fields
// do.
[[nodiscard]] std::unique_ptr<icu::Calendar> make_calendar(const icu::Locale& locale);

}  // namespace polyclock::format
