#include "format/shown_units.hpp"

#include <string_view>

#include "format/pattern_letters.hpp"
#include "format/zone_text.hpp"

namespace polyclock::format {
namespace {

// What a pattern letter shows of the time: at its finest, whether no two of these units in a row show the
// same, and whether it changes at the ends of months alone, or more rarely.
struct letter_unit {
  unit finest;
  bool differs;
  bool is_months = false;
};

letter_unit unit_of(char16_t letter) {
  const auto is_one_of = [letter](std::u16string_view letters) {
    return letters.find(letter) != std::u16string_view::npos;
  };
  if (letter == u's') return {unit::second, true};
  if (letter == u'm') return {unit::minute, true};
  if (is_one_of(u"hHkK")) return {unit::hour, true};
  if (is_one_of(u"abB")) return {unit::hour, false};
  if (is_one_of(u"dDEecg")) return {unit::day, true};
  return {unit::day, false, is_one_of(u"GyYuUrQqML")};
}

void add(const letter_unit& letter, shown_units& shown) {
  shown.shows_time = true;
  shown.months_alone = shown.months_alone && letter.is_months;
  if (letter.finest > shown.finest) return;
  const bool finer = letter.finest < shown.finest;
  shown.finest = letter.finest;
  shown.every_unit_differs = letter.differs || (!finer && shown.every_unit_differs);
}

}  // namespace

shown_units units_of(const icu::UnicodeString& pattern) {
  shown_units shown;
  walk_pattern(
      pattern,
      [&](char16_t letter, int) {
        if (!is_zone_letter(letter)) add(unit_of(letter), shown);
      },
      [](char16_t) {});
  return shown;
}

}  // namespace polyclock::format
