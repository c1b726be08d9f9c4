// A file of the folder words: how a language tells the times of a day in words. The sets of words hold them; their
// format is described in words/README.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace polyclock::format {

// What is wrong, and in which line; 0: in the file as a whole.
struct words_error {
  int line = 0;
  std::string why;
};

// A place in the rows, such as {hour}, that names the hour.
struct hour_list {
  std::string name;                // of {hour NAME}; empty: of {hour}
  std::vector<std::string> hours;  // 12 or 24, from midnight on
};

// Numbers that ICU spells by a rule set.
struct spelled_numbers {
  std::string rules;  // without its %
  int count = 0;      // hours: 12 or 24; minutes: 60; 0: none
  int line = 0;
};

struct words_row {
  int first = 0;  // minutes of the hour or, for one time alone, of the day
  int last = 0;
  std::string text;  // with places
  int line = 0;
};

// How the words stand beside a date.
struct date_join {
  std::string before;
  std::string between;
  std::string after;
  bool begins_with_words = false;
};

struct words_file {
  std::vector<std::string> languages;  // BCP 47, at least one
  std::string variant;                 // of the style `words:VARIANT`; empty: of `words`
  bool is_reviewed = true;             // by a speaker
  int step = 0;                        // minutes; a divisor of 60
  std::vector<hour_list> lists;
  spelled_numbers spelled_hours;  // of {hour}, instead of a list
  spelled_numbers spelled_minutes;
  std::vector<words_row> rows;   // one for each step of the hour
  std::vector<words_row> times;  // of the day, that have their own text
  std::vector<std::pair<std::string, std::string>> replacements;
  std::optional<date_join> with_date;  // empty: as the style `long` joins a time
};

inline constexpr std::size_t words_file_size_max = 65'536;

// Reads a file and checks what can be seen without filling in its rows.
[[nodiscard]] std::variant<words_file, words_error> parse_words(std::string_view content);

}  // namespace polyclock::format
