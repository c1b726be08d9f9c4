#include "format/icu_format.hpp"

#include <unicode/dtfmtsym.h>
#include <unicode/gregocal.h>
#include <unicode/uvernum.h>

#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "format/hour_cycle.hpp"

namespace polyclock::format {
namespace {

using icu::UnicodeString;

std::optional<icu::DateFormat::EStyle> length_of(std::string_view style) {
  if (style == "full") return icu::DateFormat::kFull;
  if (style == "long") return icu::DateFormat::kLong;
  if (style == "medium") return icu::DateFormat::kMedium;
  if (style == "short") return icu::DateFormat::kShort;
  return std::nullopt;
}

// ICU makes the styles as formatters, with number systems of their own for some fields (the
// Hawaiian month in Roman digits), so the formatter is kept and only its pattern changed.
simple_format as_simple(icu::DateFormat* made) {
  std::unique_ptr<icu::DateFormat> owned(made);
  auto* const simple = dynamic_cast<icu::SimpleDateFormat*>(owned.get());
  if (simple != nullptr) static_cast<void>(owned.release());
  return simple_format(simple);
}

simple_format length_format(const icu::Locale& locale, icu::DateFormat::EStyle length,
                            components what) {
  using icu::DateFormat;
  if (what == components::date) return as_simple(DateFormat::createDateInstance(length, locale));
  simple_format time = as_simple(DateFormat::createTimeInstance(length, locale));
  if (time == nullptr) return nullptr;
  const UnicodeString time_pattern = pattern_of(*time);
  simple_format made = what == components::time
                           ? std::move(time)
                           : as_simple(DateFormat::createDateTimeInstance(length, length, locale));
  if (made == nullptr) return nullptr;
  const UnicodeString pattern = pattern_of(*made);
  const UnicodeString wanted = apply_hour_cycle(pattern, time_pattern, locale);
  if (wanted != pattern) made->applyPattern(wanted);
  return made;
}

simple_format skeleton_format(const icu::Locale& locale, const UnicodeString& pattern) {
  if (pattern.isEmpty()) return nullptr;
  UErrorCode status = U_ZERO_ERROR;
  auto made = std::make_unique<icu::SimpleDateFormat>(pattern, locale, status);
  return U_FAILURE(status) ? nullptr : std::move(made);
}

// ICU 72 writes the fourth month of te reo Māori with a letter too many.
void fix_maori(icu::SimpleDateFormat& format, const icu::Locale& locale) {
  if (std::strcmp(locale.getLanguage(), "mi") != 0) return;
  icu::DateFormatSymbols symbols(*format.getDateFormatSymbols());
  for (const auto context : {icu::DateFormatSymbols::FORMAT, icu::DateFormatSymbols::STANDALONE}) {
    std::int32_t count = 0;
    const UnicodeString* const names =
        symbols.getMonths(count, context, icu::DateFormatSymbols::WIDE);
    std::vector<UnicodeString> fixed(names, names + count);
    for (UnicodeString& name : fixed) name.findAndReplace(u"\u0100pereira", u"\u0100perira");
    symbols.setMonths(fixed.data(), count, context, icu::DateFormatSymbols::WIDE);
  }
  format.setDateFormatSymbols(symbols);
}

// Before ICU 76 the Chinese and the Korean calendar share a cache of solstices and new years for all of a process:
// in years in which theirs differ, whichever is asked first makes the other one wrong (ICU-9972).
bool is_reliable(const icu::Calendar& calendar) {
  return U_ICU_VERSION_MAJOR_NUM >= 76 || std::strcmp(calendar.getType(), "dangi") != 0;
}

}  // namespace

icu::UnicodeString pattern_of(const icu::SimpleDateFormat& format) {
  UnicodeString pattern;
  return format.toPattern(pattern);
}

bool is_length(std::string_view style) {
  return length_of(style).has_value();
}

std::optional<std::string_view> skeleton_of(std::string_view style) {
  constexpr std::string_view prefix = "skeleton:";
  if (!style.starts_with(prefix)) return std::nullopt;
  return style.substr(prefix.size());
}

simple_format make_icu_format(const icu::Locale& locale, std::string_view style, components what,
                              skeleton_patterns& skeletons) {
  simple_format made;
  if (const auto length = length_of(style)) {
    made = length_format(locale, *length, what);
  } else if (const auto skeleton = skeleton_of(style)) {
    made = skeleton_format(locale, skeletons.best(locale, *skeleton));
  }
  if (made != nullptr) fix_maori(*made, locale);
  return made;
}

simple_format make_format_with_gap(const icu::Locale& locale) {
  simple_format both = length_format(locale, icu::DateFormat::kLong, components::both);
  const simple_format time = length_format(locale, icu::DateFormat::kLong, components::time);
  if (both == nullptr || time == nullptr) return nullptr;
  UnicodeString pattern = pattern_of(*both);
  const UnicodeString time_pattern = pattern_of(*time);
  const std::int32_t at = pattern.indexOf(time_pattern);
  if (at < 0) return nullptr;
  both->applyPattern(pattern.replace(at, time_pattern.length(), UnicodeString(time_gap)));
  fix_maori(*both, locale);
  return both;
}

std::unique_ptr<icu::Calendar> make_calendar(const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Calendar> calendar(
      icu::Calendar::createInstance(icu::TimeZone::getGMT()->clone(), locale, status));
  if (U_FAILURE(status) || !is_reliable(*calendar)) return nullptr;
  if (auto* gregorian = dynamic_cast<icu::GregorianCalendar*>(calendar.get())) {
    constexpr UDate always = -1e17;
    gregorian->setGregorianChange(always, status);
  }
  return calendar;
}

}  // namespace polyclock::format
