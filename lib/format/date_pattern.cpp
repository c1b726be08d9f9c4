#include "format/date_pattern.hpp"

#include <unicode/bytestream.h>
#include <unicode/numsys.h>

#include <algorithm>
#include <utility>

#include "format/pattern_letters.hpp"
#include "format/validity_search.hpp"

namespace polyclock::format {
namespace {

using icu::UnicodeString;

// Within this time no text of months, years and eras, and no name of a zone, becomes another one and then the
// same again.
constexpr std::int64_t month_seconds_min = 27 * 86'400;
constexpr int hot_uses = 16;

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

// ICU keeps the names of zones for each locale that it has been asked for, for minutes, with its extensions, of which
// clients can think up any number. Of these only the digits matter here.
std::unique_ptr<icu::TimeZoneFormat> make_zone_format(const icu::Locale& locale,
                                                      UErrorCode& status) {
  const icu::Locale plain(locale.getBaseName());
  std::unique_ptr<icu::TimeZoneFormat> made(icu::TimeZoneFormat::createInstance(plain, status));
  const std::unique_ptr<icu::NumberingSystem> numbers(
      icu::NumberingSystem::createInstance(locale, status));
  if (U_FAILURE(status) || numbers->isAlgorithmic()) return made;
  made->setGMTOffsetDigits(numbers->getDescription(), status);
  return made;
}

}  // namespace

std::optional<date_pattern> date_pattern::make(const icu::Locale& locale, simple_format format) {
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
  units_ = units_of(pattern);
  const UnicodeString without_zones = take_zones(pattern);
  has_names_ = std::any_of(zone_fields_.begin(), zone_fields_.end(), is_name);
  if (zone_fields_.empty()) return true;
  format_->applyPattern(without_zones);
  zone_format_ = make_zone_format(locale, status);
  return U_SUCCESS(status);
}

// The pattern with a placeholder for each zone field.
UnicodeString date_pattern::take_zones(const UnicodeString& pattern) {
  UnicodeString rest;
  walk_pattern(
      pattern,
      [&](char16_t letter, int count) {
        if (is_zone_letter(letter)) {
          zone_fields_.push_back({letter, count});
          rest.append(compiled_pattern::placeholder);
        } else {
          for (int i = 0; i < count; ++i) rest.append(letter);
        }
      },
      [&](char16_t c) { rest.append(c); });
  return rest;
}

bool date_pattern::count_use() {
  if (uses_ == hot_uses || ++uses_ < hot_uses) return false;
  compiled_ = compiled_pattern::make(*format_, *calendar_);
  return true;
}

bool date_pattern::write(const zoned_time& time, icu_zones& zones, text& out) const {
  out.clear();
  auto field = zone_fields_.begin();
  const auto write_zone = [&] {
    append_utf8(zone_text(*field++, time, *zone_format_, zones), out);
  };
  const std::int32_t year = time.civil.year;
  if (compiled_ && year >= compiled_pattern::year_min && year <= compiled_pattern::year_max) {
    compiled_->write(time.civil, out, write_zone);
    return !out.overflowed();
  }
  const UnicodeString written =
      format_by_icu(*format_, *calendar_, time.instant.seconds + time.type->offset);
  if (written.isBogus()) return false;
  std::int32_t from = 0;
  while (field != zone_fields_.end()) {
    const std::int32_t next = written.indexOf(compiled_pattern::placeholder, from);
    append_utf8(written.tempSubStringBetween(from, next), out);
    write_zone();
    from = next + 1;
  }
  append_utf8(written.tempSubString(from), out);
  return !out.overflowed();
}

std::optional<clock::instant> date_pattern::next_candidate(const zoned_time& time,
                                                           icu_zones& zones) const {
  std::optional<clock::instant> next;
  const auto take = [&next](const std::optional<clock::instant>& other) {
    if (other && (!next || *other < *next)) next = other;
  };
  const auto zone = zone_fields_.empty() ? shows_zone::no : shows_zone::yes;
  const bool shows_days = units_.shows_time && !units_.months_alone;
  if (shows_days) next = format::valid_until(time, units_.finest, zone);
  // Nothing of ICU's changes within a second.
  if (next && next->seconds == time.instant.seconds + 1) return next;
  const bool may_change = (units_.shows_time && units_.months_alone) || has_names_;
  if (!shows_days && may_change) {
    next = clock::instant{time.instant.seconds + month_seconds_min, 0};
  }
  if (!zone_fields_.empty()) {
    if (const auto change = time.zone->next_transition(time.instant.seconds)) {
      take(clock::instant{change->seconds, 0});
    }
  }
  if (has_names_) take(zones.next_transition(time));
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
  return has_certain_end() && uses_ + 1 != hot_uses;
}

date_pattern::end date_pattern::valid_until(const zoned_time& time, icu_zones& zones,
                                            std::string_view shown) const {
  if (has_certain_end()) return {next_candidate(time, zones), 0};
  const bool months = units_.shows_time && units_.months_alone;
  validity_search search(
      time, {.only_at_units = !months && !has_names_, .has_zone_names = has_names_},
      [&](const format::zoned_time& later) { return next_candidate(later, zones); },
      [&](clock::instant when) { return shows(shown, when, *time.zone, zones); });
  const auto found = search.find();
  return {found.end, found.renderings};
}

}  // namespace polyclock::format
