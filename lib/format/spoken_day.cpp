#include "format/spoken_day.hpp"

#include <unicode/fieldpos.h>
#include <unicode/locid.h>
#include <unicode/rbnf.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/ures.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include "format/locale_matcher.hpp"

namespace polyclock::format {
namespace {

using icu::UnicodeString;
using names = std::vector<std::string>;

constexpr int day_minutes = 24 * 60;
constexpr int text_size_max = 200;

// The names that rows can use, by their places: `hour`, `next genitive`, `minute`, `period`.
class places {
 public:
  void add_hours(const std::string& name, const names& hours) {
    hours_[name.empty() ? "hour" : "hour " + name] = hours;
    hours_[name.empty() ? "next" : "next " + name] = names(hours.begin() + 1, hours.end());
    hours_[name.empty() ? "next" : "next " + name].push_back(hours.front());
  }
  void set_minutes(names minutes) { minutes_ = std::move(minutes); }
  void set_periods(names periods) { periods_ = std::move(periods); }

  // What a place stands for at a minute of the day; nullptr where there is no such place.
  [[nodiscard]] const std::string* find(const std::string& place, int when) const {
    const auto minute = static_cast<std::size_t>(when % 60);
    if (place == "minute" && !minutes_.empty()) return &minutes_[minute];
    if (place == "period" && !periods_.empty()) return &periods_[static_cast<std::size_t>(when)];
    const auto list = hours_.find(place);
    if (list == hours_.end()) return nullptr;
    return &list->second[static_cast<std::size_t>(when / 60) % list->second.size()];
  }

 private:
  std::map<std::string, names> hours_;
  names minutes_;  // of an hour
  names periods_;  // of each minute of a day
};

// Without the invisible characters that only tell where a line may be broken, and with the plain apostrophe.
std::string to_utf8(UnicodeString text) {
  text.findAndReplace(UnicodeString(u'\u2019'), UnicodeString(u'\''));
  for (const char16_t invisible : {u'\u00AD', u'\u200B'}) {
    text.findAndReplace(UnicodeString(invisible), UnicodeString());
  }
  std::string out;
  return text.toUTF8String(out);
}

using number_speller = std::unique_ptr<icu::RuleBasedNumberFormat>;

// nullptr where ICU has no rules for the language: it would use those of another one.
number_speller speller_of(const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  auto made = std::make_unique<icu::RuleBasedNumberFormat>(icu::URBNF_SPELLOUT, locale, status);
  if (U_FAILURE(status)) return nullptr;
  const icu::Locale actual = made->getLocale(ULOC_ACTUAL_LOCALE, status);
  const bool is_own = std::strcmp(actual.getLanguage(), locale.getLanguage()) == 0;
  return is_own ? std::move(made) : nullptr;
}

// From 0 on, or for 12 hours from 12 on. Empty where there is no such rule set.
names spell(const icu::RuleBasedNumberFormat& speller, const spelled_numbers& numbers) {
  UErrorCode status = U_ZERO_ERROR;
  const auto set = UnicodeString::fromUTF8("%" + numbers.rules);
  names spelled;
  for (int number = 0; number < numbers.count; ++number) {
    icu::FieldPosition ignored;
    UnicodeString text;
    const bool is_twelve = numbers.count == 12 && number == 0;
    speller.format(is_twelve ? 12 : number, set, text, ignored, status);
    if (U_FAILURE(status)) return {};
    spelled.push_back(to_utf8(text));
  }
  return spelled;
}

std::string list_rule_sets(const icu::RuleBasedNumberFormat& speller) {
  std::string list;
  for (int i = 0; i < speller.getNumberOfRuleSetNames(); ++i) {
    const std::string name = to_utf8(speller.getRuleSetName(i).tempSubString(1));
    if (name.starts_with("spellout-")) list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

// The day period of each minute; none where ICU does not know the language. It says "noon" for a whole hour where the
// pattern has no minutes.
names day_periods(const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  ures_close(ures_open(nullptr, locale.getName(), &status));
  if (U_FAILURE(status) || status == U_USING_DEFAULT_WARNING) return {};
  icu::SimpleDateFormat format(UnicodeString(u"mm BBBB"), locale, status);
  format.adoptTimeZone(icu::TimeZone::getGMT()->clone());
  names periods;
  for (int minute = 0; U_SUCCESS(status) && minute < day_minutes; ++minute) {
    icu::FieldPosition period(UDAT_FLEXIBLE_DAY_PERIOD_FIELD);
    UnicodeString text;
    format.format(UDate(minute) * 60'000, text, period);
    periods.push_back(
        to_utf8(text.tempSubStringBetween(period.getBeginIndex(), period.getEndIndex())));
  }
  return periods;
}

bool is_of_word(UChar32 one) {
  return u_isalnum(one) != 0 || u_charType(one) == U_NON_SPACING_MARK;
}

// Replaces each occurrence that has neither a letter nor a digit on either side.
void replace_words(const UnicodeString& from, const UnicodeString& to, UnicodeString& text) {
  for (std::int32_t at = text.indexOf(from); at >= 0; at = text.indexOf(from, at)) {
    const std::int32_t end = at + from.length();
    const bool begins = at == 0 || !is_of_word(text.char32At(at - 1));
    const bool ends = end == text.length() || !is_of_word(text.char32At(end));
    if (begins && ends) text.replace(at, from.length(), to);
    at += begins && ends ? to.length() : 1;
  }
}

std::string with_replacements(const words_file& file, const std::string& text) {
  if (file.replacements.empty()) return text;
  auto replaced = UnicodeString::fromUTF8(text);
  for (const auto& [from, to] : file.replacements) {
    replace_words(UnicodeString::fromUTF8(from), UnicodeString::fromUTF8(to), replaced);
    if (replaced.length() > text_size_max) break;  // it may grow with each
  }
  std::string out;
  return replaced.toUTF8String(out);
}

class filler {
 public:
  explicit filler(const words_file& file) : file_(file) {}

  std::optional<words_error> prepare() {
    const icu::Locale locale = *parse_tag(file_.languages.front());
    for (const hour_list& list : file_.lists) places_.add_hours(list.name, list.hours);
    const bool has_spelled = file_.spelled_hours.count + file_.spelled_minutes.count > 0;
    const number_speller speller = has_spelled ? speller_of(locale) : nullptr;
    for (const auto* numbers : {&file_.spelled_hours, &file_.spelled_minutes}) {
      if (numbers->count == 0) continue;
      names spelled = speller ? spell(*speller, *numbers) : names();
      if (spelled.empty()) return no_rules(*numbers, speller.get());
      if (numbers == &file_.spelled_hours) {
        places_.add_hours("", spelled);
      } else {
        places_.set_minutes(std::move(spelled));
      }
    }
    if (const int line = line_of_period(); line > 0) {
      names periods = day_periods(locale);
      if (periods.empty())
        return words_error{line, "'{period}': ICU does not know '" + file_.languages.front() + "'"};
      places_.set_periods(std::move(periods));
    }
    return std::nullopt;
  }

  [[nodiscard]] const words_row& row_at(int when) const {
    for (const words_row& row : file_.times) {
      if (row.first == when) return row;
    }
    return *std::find_if(file_.rows.begin(), file_.rows.end(), [&](const words_row& row) {
      return row.first <= when % 60 && when % 60 <= row.last;
    });
  }

  // The text of a row, or why there is none.
  [[nodiscard]] std::variant<std::string, words_error> fill(const words_row& row, int when) const {
    std::string text;
    for (std::string_view rest = row.text; !rest.empty();) {
      const std::size_t open = std::min(rest.find('{'), rest.size());
      const std::string_view literal = rest.substr(0, open);
      if (literal.find('}') != std::string_view::npos)
        return words_error{row.line, "'}' without '{'"};
      text += literal;
      rest.remove_prefix(open);
      if (rest.empty()) break;
      const std::size_t close = rest.find('}');
      if (close == std::string_view::npos) return words_error{row.line, "'{' without '}'"};
      const std::string place(rest.substr(1, close - 1));
      const std::string* const name = places_.find(place, when);
      if (name == nullptr) return unknown_place(row, place);
      text += *name;
      rest.remove_prefix(close + 1);
    }
    text = with_replacements(file_, text);
    if (text.empty()) return words_error{row.line, "a text that is empty"};
    if (text.size() > std::size_t{text_size_max})
      return words_error{row.line, "a text longer than 200 bytes"};
    return text;
  }

 private:
  [[nodiscard]] words_error no_rules(const spelled_numbers& numbers,
                                     const icu::RuleBasedNumberFormat* speller) const {
    const std::string language = "'" + file_.languages.front() + "'";
    if (speller == nullptr) return {numbers.line, "ICU spells no numbers in " + language};
    return {numbers.line, "ICU has no rule set '" + numbers.rules + "' for " + language +
                              "; it has " + list_rule_sets(*speller)};
  }

  [[nodiscard]] static words_error unknown_place(const words_row& row, const std::string& place) {
    const std::string shown = "'{" + place + "}': ";
    if (place == "minute") return {row.line, shown + "needs a line 'spell-minutes'"};
    const bool is_of_list = place.starts_with("hour ") || place.starts_with("next ");
    if (is_of_list) return {row.line, shown + "no list of hours has this name"};
    if (place == "hour" || place == "next")
      return {row.line, shown + "no list of hours without a name"};
    return {row.line, shown + "no such place; must be {hour}, {next}, {minute} or {period}"};
  }

  // Of the first row that uses it; 0: none does.
  [[nodiscard]] int line_of_period() const {
    for (const auto* rows : {&file_.rows, &file_.times}) {
      for (const words_row& row : *rows) {
        if (row.text.find("{period}") != std::string::npos) return row.line;
      }
    }
    return 0;
  }

  const words_file& file_;
  places places_;
};

}  // namespace

std::variant<spoken_day, words_error> spoken_day::make(const words_file& file) {
  filler rows(file);
  if (auto why = rows.prepare()) return *why;
  spoken_day day(file.step);
  for (int when = 0; when < day_minutes; when += file.step) {
    auto filled = rows.fill(rows.row_at(when), when);
    if (auto* why = std::get_if<words_error>(&filled)) return std::move(*why);
    day.texts_ += std::get<std::string>(filled);
    day.ends_.push_back(static_cast<std::uint32_t>(day.texts_.size()));
  }
  return day;
}

}  // namespace polyclock::format
