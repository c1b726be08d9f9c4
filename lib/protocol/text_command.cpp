#include "protocol/text_command.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace polyclock::protocol {
namespace {

struct word {
  std::string_view text;
  text_verb verb;
  bool takes_argument;
};

constexpr std::array words{
    word{"date", text_verb::date, false}, word{"time", text_verb::time, false},
    word{"now", text_verb::now, false},   word{"locale", text_verb::locale, true},
    word{"zone", text_verb::zone, true},  word{"style", text_verb::style, true},
    word{"help", text_verb::help, false}, word{"bye", text_verb::bye, false},
    word{"?", text_verb::help, false},    word{"quit", text_verb::bye, false},
    word{"exit", text_verb::bye, false},
};

constexpr std::string_view blanks = " \t\v\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

text_command parse_text_command(std::string_view line) noexcept {
  const std::string_view whole = trimmed(line);
  if (whole.empty()) return {text_verb::none, {}};
  const std::size_t end = std::min(whole.find_first_of(blanks), whole.size());
  const std::string_view argument = trimmed(whole.substr(end));
  const auto* const found = std::find_if(words.begin(), words.end(), [&](const word& word) {
    return base::equal_ignoring_case(whole.substr(0, end), word.text);
  });
  if (found == words.end() || (!argument.empty() && !found->takes_argument)) {
    return {text_verb::unknown, whole};
  }
  return {found->verb, argument};
}

}  // namespace polyclock::protocol
