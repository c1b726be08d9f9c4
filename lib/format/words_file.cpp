#include "format/words_file.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/ascii.hpp"
#include "base/parse_number.hpp"
#include "base/utf8.hpp"
#include "format/locale_matcher.hpp"

namespace polyclock::format {
namespace {

constexpr std::size_t line_size_max = 512;
constexpr std::size_t name_size_max = 32;
constexpr std::size_t replacements_max = 100;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// The text before the separator, which is removed with it.
std::string_view take(std::string_view& rest, std::string_view separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + separator.size(), rest.size()));
  return trim(taken);
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const bool is_last = list.find(',') == std::string_view::npos;
    parts.emplace_back(take(list, ","));
    if (!is_last && list.empty()) parts.emplace_back();  // behind a last comma
  }
  return parts;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_size_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || base::is_digit(c) || c == '-';
         });
}

bool is_composed(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* const nfc = icu::Normalizer2::getNFCInstance(status);
  const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  return U_SUCCESS(status) && nfc->isNormalizedUTF8(piece, status);
}

// Of a language, and of a script and a region if it likes; files are found by nothing else.
bool is_plain(const icu::Locale& locale) {
  return *locale.getVariant() == '\0' && std::strcmp(locale.getName(), locale.getBaseName()) == 0;
}

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// Two digits from 00 to `last`.
std::optional<int> two_digits(std::string_view text, int last) {
  const auto number = base::parse_number<std::uint16_t>(text);
  if (text.size() != 2 || !number || *number > last) return std::nullopt;
  return *number;
}

using complaint = std::string;  // empty: none

class words_parser {
 public:
  std::variant<words_file, words_error> parse(std::string_view text) {
    if (text.size() > words_file_size_max) return fail(0, "the file is larger than 64 KiB");
    if (text.starts_with("\xEF\xBB\xBF")) return fail(1, "begins with a byte order mark");
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      ++line_;
      const complaint why = read(line);
      if (!why.empty()) return fail(line_, why);
    }
    const complaint why = find_missing();
    if (!why.empty()) return fail(0, why);
    return std::move(file_);
  }

 private:
  static words_error fail(int line, std::string why) { return {line, std::move(why)}; }

  complaint read(std::string_view line) {
    if (line.size() > line_size_max) return "the line is longer than 512 bytes";
    if (line.ends_with('\r')) return "ends with a carriage return; must end with a line feed alone";
    if (line.find('\t') != std::string_view::npos) return "a tab; must be spaces";
    if (!base::is_printable_utf8(line)) return "not UTF-8, or a control character";
    if (!is_composed(line))
      return "not in Normalization Form C: a mark stands apart from its letter";
    if (line.starts_with('#') || trim(line).empty()) return {};
    if (line.starts_with(' ')) return "begins with a space";
    std::string_view rest = line;
    const std::string_view word = take(rest, " ");
    const std::string_view value = trim(rest);
    if (value.empty()) return in_quotes(word) + ": nothing follows";
    if (file_.languages.empty() && word != "language") {
      return "the first line must be 'language' and a tag, not " + in_quotes(word);
    }
    return read(word, value);
  }

  complaint read(std::string_view word, std::string_view value) {
    if (word.starts_with(':') || base::is_digit(word.front())) return read_row(word, value);
    if (word == "hours") return read_hours(value);
    if (word == "spell-hours") return read_spelled_hours(value);
    if (word == "replace") return read_replacement(value);
    // The others stand once.
    const bool is_new = std::find(seen_.begin(), seen_.end(), word) == seen_.end();
    seen_.emplace_back(word);
    if (!is_new) return in_quotes(word) + " stands twice";
    if (word == "language") return read_languages(value);
    if (word == "variant") {
      file_.variant = value;
      return is_name(value) ? "" : in_quotes(value) + ": not small letters, digits and hyphens";
    }
    if (word == "reviewed") {
      file_.is_reviewed = value == "yes";
      return value == "yes" || value == "no" ? "" : in_quotes(value) + ": neither yes nor no";
    }
    if (word == "with-date") return read_date_join(value);
    if (word == "step") {
      file_.step = base::parse_number<std::uint16_t>(value).value_or(0);
      const bool divides = file_.step > 0 && 60 % file_.step == 0;
      return divides ? "" : in_quotes(value) + ": not a number of minutes that divides 60";
    }
    if (word == "spell-minutes") {
      file_.spelled_minutes = {std::string(value), 60, line_};
      return {};
    }
    return in_quotes(word) +
           ": no such line; must be language, variant, reviewed, with-date, step, hours, "
           "spell-hours, spell-minutes, replace or a time";
  }

  complaint read_date_join(std::string_view value) {
    constexpr std::string_view date_place = "{date}";
    constexpr std::string_view words_place = "{words}";
    const std::size_t date = value.find(date_place);
    const std::size_t words = value.find(words_place);
    const bool has_both = date != value.npos && words != value.npos;
    if (!has_both || std::count(value.begin(), value.end(), '{') != 2) {
      return "must have {date} and {words}, each once";
    }
    const bool begins_with_words = words < date;
    const std::size_t first_end =
        begins_with_words ? words + words_place.size() : date + date_place.size();
    const std::size_t second = std::max(words, date);
    const std::size_t second_end =
        begins_with_words ? date + date_place.size() : words + words_place.size();
    file_.with_date = date_join{std::string(value.substr(0, std::min(words, date))),
                                std::string(value.substr(first_end, second - first_end)),
                                std::string(value.substr(second_end)), begins_with_words};
    return {};
  }

  complaint read_languages(std::string_view value) {
    file_.languages = split(value);
    for (const std::string& tag : file_.languages) {
      const auto locale = parse_tag(tag);
      if (!locale) return in_quotes(tag) + ": not a language tag";
      if (!is_plain(*locale))
        return in_quotes(tag) + ": must be a language, and perhaps a script and a region";
    }
    return {};
  }

  complaint read_hours(std::string_view value) {
    hour_list list;
    if (value.find(':') != std::string_view::npos) {
      list.name = take(value, ":");
      if (!is_name(list.name))
        return in_quotes(list.name) + ": not small letters, digits and hyphens";
    }
    list.hours = split(value);
    const std::size_t count = list.hours.size();
    if (count != 12 && count != 24) {
      return std::to_string(count) + " hours; must be 12 or 24, with commas between them";
    }
    for (const std::string& hour : list.hours) {
      if (hour.empty()) return "an hour without a name";
    }
    return add(std::move(list));
  }

  complaint add(hour_list list) {
    const bool is_spelled = list.name.empty() && file_.spelled_hours.count > 0;
    const bool is_known = std::any_of(file_.lists.begin(), file_.lists.end(),
                                      [&](const auto& one) { return one.name == list.name; });
    if (is_spelled || is_known) {
      return list.name.empty() ? "a second list without a name; must be: hours NAME: ..."
                               : "a second list " + in_quotes(list.name);
    }
    file_.lists.push_back(std::move(list));
    return {};
  }

  complaint read_spelled_hours(std::string_view value) {
    const std::string_view count = take(value, " ");
    if (count != "12" && count != "24")
      return in_quotes(count) + ": must be 12 or 24, and a rule set";
    if (value.empty()) return "no rule set";
    if (complaint why = add({}); !why.empty()) return why;
    file_.lists.pop_back();
    file_.spelled_hours = {std::string(trim(value)), count == "12" ? 12 : 24, line_};
    return {};
  }

  complaint read_replacement(std::string_view value) {
    const std::string_view from = take(value, " = ");
    if (from.empty() || value.empty()) return "must be: replace SOME WORDS = OTHERS";
    if (file_.replacements.size() == replacements_max) return "more than 100 replacements";
    file_.replacements.emplace_back(from, trim(value));
    return {};
  }

  // `:15`, `:01-:09` or `12:00`.
  complaint read_row(std::string_view when, std::string_view text) {
    if (file_.step == 0) return "a time stands before 'step'";
    words_row row{0, 0, std::string(text), line_};
    const bool is_of_day = !when.starts_with(':');
    if (is_of_day) {
      const auto hour = two_digits(take(when, ":"), 23);
      const auto minute = two_digits(when, 59);
      if (!hour || !minute) return "not a time of the day such as 09:05";
      row.first = row.last = *hour * 60 + *minute;
    } else {
      const bool is_range = when.find('-') != std::string_view::npos;
      const std::string_view first = take(when, "-");
      const std::string_view last = is_range ? when : first;
      const auto begin = two_digits(first.substr(1), 59);
      const auto end = last.starts_with(':') ? two_digits(last.substr(1), 59) : std::nullopt;
      if (!begin || !end || *begin > *end)
        return "not a minute such as :05, or two such as :05-:55";
      row.first = *begin;
      row.last = *end;
    }
    if (row.first % file_.step != 0 || row.last % file_.step != 0)
      return "not a multiple of the step";
    return add(std::move(row), is_of_day ? file_.times : file_.rows);
  }

  static complaint add(words_row row, std::vector<words_row>& rows) {
    for (const words_row& other : rows) {
      const bool overlaps = row.first <= other.last && other.first <= row.last;
      if (overlaps) return "the time has a row already, in line " + std::to_string(other.line);
    }
    rows.push_back(std::move(row));
    return {};
  }

  [[nodiscard]] complaint find_missing() const {
    if (file_.languages.empty()) return "no line 'language'";
    if (file_.step == 0) return "no line 'step'";
    for (int minute = 0; minute < 60; minute += file_.step) {
      const auto covers = [&](const words_row& row) {
        return row.first <= minute && minute <= row.last;
      };
      if (std::any_of(file_.rows.begin(), file_.rows.end(), covers)) continue;
      const std::string digits = std::to_string(minute);
      return "no row for :" + (minute < 10 ? "0" + digits : digits);
    }
    return {};
  }

  words_file file_;
  std::vector<std::string> seen_;
  int line_ = 0;
};

}  // namespace

std::variant<words_file, words_error> parse_words(std::string_view content) {
  return words_parser().parse(content);
}

}  // namespace polyclock::format
