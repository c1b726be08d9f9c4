#include "format/date_pattern.hpp"

#include <unicode/bytestream.h>
#include <unicode/dtfmtsym.h>
#include <unicode/gregocal.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "format/hour_cycle.hpp"
#include "format/pattern_letters.hpp"
#include "format/validity_search.hpp"

namespace polyclock::format {
namespace {

using icu::UnicodeString;

constexpr std::string_view skeleton_prefix = "skeleton:";
// Within this time no text of months, years and eras, and no name of a zone, becomes another one and then the
// same again.
constexpr std::int64_t month_seconds_min = 27 * 86'400;
constexpr int uses_until_pieces = 16;

std::optional<icu::DateFormat::EStyle> length_of(std::string_view style) {
  if (style == "full") return icu::DateFormat::kFull;
  if (style == "long") return icu::DateFormat::kLong;
  if (style == "medium") return icu::DateFormat::kMedium;
  if (style == "short") return icu::DateFormat::kShort;
  return std::nullopt;
}

using simple_format = std::unique_ptr<icu::SimpleDateFormat>;

// ICU makes the styles as formatters, with number systems of their own for some fields (the
// Hawaiian month in Roman digits), so the formatter is kept and only its pattern changed.
simple_format as_simple(icu::DateFormat* made) {
  std::unique_ptr<icu::DateFormat> owned(made);
  auto* const simple = dynamic_cast<icu::SimpleDateFormat*>(owned.get());
  if (simple != nullptr) static_cast<void>(owned.release());
  return simple_format(simple);
}

UnicodeString pattern_of(const icu::SimpleDateFormat& format) {
  UnicodeString pattern;
  return format.toPattern(pattern);
}

simple_format length_format(const icu::Locale& locale, icu::DateFormat::EStyle length,
                            subject what) {
  using icu::DateFormat;
  if (what == subject::date) return as_simple(DateFormat::createDateInstance(length, locale));
  simple_format time = as_simple(DateFormat::createTimeInstance(length, locale));
  if (time == nullptr) return nullptr;
  const UnicodeString time_pattern = pattern_of(*time);
  simple_format made = what == subject::time
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

bool is_zone_letter(char16_t letter) {
  return std::u16string_view(u"zZOvVXx").find(letter) != std::u16string_view::npos;
}

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

// ICU 72 writes the fourth month of te reo Māori with a letter too many.
void mend_maori(icu::SimpleDateFormat& format, const icu::Locale& locale) {
  if (std::strcmp(locale.getLanguage(), "mi") != 0) return;
  icu::DateFormatSymbols symbols(*format.getDateFormatSymbols());
  for (const auto context : {icu::DateFormatSymbols::FORMAT, icu::DateFormatSymbols::STANDALONE}) {
    std::int32_t count = 0;
    const UnicodeString* const names =
        symbols.getMonths(count, context, icu::DateFormatSymbols::WIDE);
    std::vector<UnicodeString> mended(names, names + count);
    for (UnicodeString& name : mended) name.findAndReplace(u"\u0100pereira", u"\u0100perira");
    symbols.setMonths(mended.data(), count, context, icu::DateFormatSymbols::WIDE);
  }
  format.setDateFormatSymbols(symbols);
}

// A calendar in UTC. The Gregorian one goes on before 1582, as the civil fields do.
std::unique_ptr<icu::Calendar> make_calendar(const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Calendar> calendar(
      icu::Calendar::createInstance(icu::TimeZone::getGMT()->clone(), locale, status));
  if (U_FAILURE(status)) return nullptr;
  if (auto* gregorian = dynamic_cast<icu::GregorianCalendar*>(calendar.get())) {
    constexpr UDate always = -1e17;
    gregorian->setGregorianChange(always, status);
  }
  return calendar;
}

// Takes what ICU writes in UTF-8.
class text_sink final : public icu::ByteSink {
 public:
  explicit text_sink(text& out) : out_(out) {}

  void Append(const char* bytes, std::int32_t size) override {
    out_ << std::string_view(bytes, static_cast<std::size_t>(size));
  }

 private:
  text& out_;
};

void append_utf8(const UnicodeString& part, text& out) {
  text_sink sink(out);
  part.toUTF8(sink);
}

}  // namespace

std::optional<date_pattern> date_pattern::make(const icu::Locale& locale, std::string_view style,
                                               subject what, skeleton_patterns& skeletons) {
  simple_format format;
  if (const auto length = length_of(style)) {
    format = length_format(locale, *length, what);
  } else if (style.starts_with(skeleton_prefix)) {
    style.remove_prefix(skeleton_prefix.size());
    format = skeleton_format(locale, skeletons.best(locale, style));
  }
  date_pattern made;
  if (format == nullptr || !made.adopt(locale, std::move(format))) return std::nullopt;
  return made;
}

bool date_pattern::adopt(const icu::Locale& locale, std::unique_ptr<icu::SimpleDateFormat> format) {
  UErrorCode status = U_ZERO_ERROR;
  format_ = std::move(format);
  calendar_ = make_calendar(locale);
  if (calendar_ == nullptr) return false;
  const UnicodeString pattern = pattern_of(*format_);
  note_units(pattern);
  const UnicodeString without_zones = take_zones(pattern);
  has_names_ = std::any_of(zone_fields_.begin(), zone_fields_.end(), is_name);
  mend_maori(*format_, locale);
  if (zone_fields_.empty()) return true;
  format_->applyPattern(without_zones);
  zone_format_.reset(icu::TimeZoneFormat::createInstance(locale, status));
  return U_SUCCESS(status);
}

// The pattern with a mark in the place of each zone field.
UnicodeString date_pattern::take_zones(const UnicodeString& pattern) {
  UnicodeString rest;
  walk_pattern(
      pattern,
      [&](char16_t letter, int count) {
        if (is_zone_letter(letter)) {
          zone_fields_.push_back({letter, count});
          rest.append(date_pieces::mark);
        } else {
          for (int i = 0; i < count; ++i) rest.append(letter);
        }
      },
      [&](char16_t c) { rest.append(c); });
  return rest;
}

void date_pattern::note_units(const UnicodeString& pattern) {
  const auto note = [&](const letter_unit& shown) {
    units_.shows_time = true;
    units_.months_alone = units_.months_alone && shown.is_months;
    if (shown.finest > units_.finest) return;
    const bool finer = shown.finest < units_.finest;
    units_.finest = shown.finest;
    units_.every_unit_differs = shown.differs || (!finer && units_.every_unit_differs);
  };
  walk_pattern(
      pattern,
      [&](char16_t letter, int) {
        if (!is_zone_letter(letter)) note(unit_of(letter));
      },
      [](char16_t) {});
}

bool date_pattern::note_use() {
  if (uses_ == uses_until_pieces || ++uses_ < uses_until_pieces) return false;
  pieces_ = date_pieces::make(*format_, *calendar_);
  return true;
}

bool date_pattern::write(const moment& moment, icu_zones& zones, text& out) const {
  out.clear();
  auto field = zone_fields_.begin();
  const auto write_zone = [&] {
    append_utf8(zone_text(*field++, moment, *zone_format_, zones), out);
  };
  const std::int32_t year = moment.civil.year;
  if (pieces_ && year >= date_pieces::year_min && year <= date_pieces::year_max) {
    pieces_->write(moment.civil, out, write_zone);
    return !out.overflowed();
  }
  const UnicodeString written =
      written_by_icu(*format_, *calendar_, moment.instant.seconds + moment.type->offset);
  if (written.isBogus()) return false;
  std::int32_t from = 0;
  while (field != zone_fields_.end()) {
    const std::int32_t mark = written.indexOf(date_pieces::mark, from);
    append_utf8(written.tempSubStringBetween(from, mark), out);
    write_zone();
    from = mark + 1;
  }
  append_utf8(written.tempSubString(from), out);
  return !out.overflowed();
}

std::optional<clock::instant> date_pattern::next_candidate(const moment& moment,
                                                           icu_zones& zones) const {
  std::optional<clock::instant> next;
  const auto take = [&next](const std::optional<clock::instant>& other) {
    if (other && (!next || *other < *next)) next = other;
  };
  const auto zone = zone_fields_.empty() ? shows_zone::no : shows_zone::yes;
  const bool shows_days = units_.shows_time && !units_.months_alone;
  if (shows_days) next = format::valid_until(moment, units_.finest, zone);
  // Nothing of ICU's changes within a second.
  if (next && next->seconds == moment.instant.seconds + 1) return next;
  const bool may_change = (units_.shows_time && units_.months_alone) || has_names_;
  if (!shows_days && may_change) {
    next = clock::instant{moment.instant.seconds + month_seconds_min, 0};
  }
  if (!zone_fields_.empty()) {
    if (const auto change = moment.zone->next_transition(moment.instant.seconds)) {
      take(clock::instant{change->seconds, 0});
    }
  }
  if (has_names_) take(zones.next_transition(moment));
  return next;
}

bool date_pattern::shows(std::string_view shown, clock::instant when, const clock::zone& zone,
                         icu_zones& zones) const {
  text later;
  return write({when, zone}, zones, later) && later.view() == shown;
}

bool date_pattern::has_certain_end() const noexcept {
  return units_.shows_time && units_.every_unit_differs &&
         (zone_fields_.empty() || units_.finest == unit::second);
}

bool date_pattern::is_quick() const noexcept {
  return has_certain_end() && uses_ + 1 != uses_until_pieces;
}

date_pattern::end date_pattern::valid_until(const moment& moment, icu_zones& zones,
                                            std::string_view shown) const {
  if (has_certain_end()) return {next_candidate(moment, zones), 0};
  const bool months = units_.shows_time && units_.months_alone;
  validity_search search(
      moment, {.only_at_units = !months && !has_names_, .has_zone_names = has_names_},
      [&](const format::moment& later) { return next_candidate(later, zones); },
      [&](clock::instant when) { return shows(shown, when, *moment.zone, zones); });
  const auto found = search.find();
  return {found.end, found.looks};
}

}  // namespace polyclock::format
