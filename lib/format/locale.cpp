#include "format/locale.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/ascii.hpp"

namespace polyclock::format {
namespace {

using base::equal_ignoring_case;
using base::is_digit;
using base::is_letter;

std::string_view take_subtag(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find('-'), rest.size());
  const std::string_view subtag = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return subtag;
}

// The code of ISO 639-1 for those of ISO 639-2 that some systems send, of the languages that this folder knows.
std::string_view two_letters(std::string_view code) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> codes{
      {{"eng", "en"}, {"mri", "mi"}, {"mao", "mi"}, {"deu", "de"}, {"ger", "de"}}};
  const auto found = std::find_if(codes.begin(), codes.end(), [&](const auto& entry) {
    return equal_ignoring_case(code, entry.first);
  });
  return found == codes.end() ? code : found->second;
}

}  // namespace

bool is_well_formed(std::string_view tag) noexcept {
  if (tag.empty() || tag.ends_with('-')) return false;
  const std::string_view language = tag.substr(0, tag.find('-'));
  if (language.size() < 2 || !std::all_of(language.begin(), language.end(), is_letter))
    return false;
  while (!tag.empty()) {
    const std::string_view subtag = take_subtag(tag);
    const bool plain = std::all_of(subtag.begin(), subtag.end(),
                                   [](char c) { return is_letter(c) || is_digit(c); });
    if (subtag.empty() || subtag.size() > 8 || !plain) return false;
  }
  return true;
}

bool is_latin(std::string_view tag, std::string_view language) noexcept {
  if (!equal_ignoring_case(two_letters(take_subtag(tag)), language)) return false;
  const std::string_view script = take_subtag(tag);
  const bool names_script =
      script.size() == 4 && std::all_of(script.begin(), script.end(), is_letter);
  return !names_script || equal_ignoring_case(script, "latn");
}

}  // namespace polyclock::format
