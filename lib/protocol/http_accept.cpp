#include "protocol/http_accept.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace polyclock::protocol {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Removes the text up to and including the separator from `rest` and returns it without blanks around.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim(taken);
}

// `0.25` in thousandths; 0 for what is no quality.
std::uint16_t thousandths(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  std::uint16_t value = text[0] == '1' ? 1000 : 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  std::uint16_t place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (!base::is_digit(digit)) return 0;
    value = static_cast<std::uint16_t>(value + place * (digit - '0'));
    place = static_cast<std::uint16_t>(place / 10);
  }
  return std::min<std::uint16_t>(value, 1000);
}

constexpr int elements_max = 64;  // of a list that are read

// One element of a list: what it names, and how much that is wanted.
struct element {
  std::string_view name;
  std::uint16_t quality = 1000;
};

element take_element(std::string_view& list) {
  std::string_view parameters = take_until(list, ',');
  element taken{take_until(parameters, ';')};
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
      taken.quality = thousandths(parameter.substr(2));
    }
  }
  return taken;
}

// How exactly a range such as `text/*` names a type: 3 itself, 2 its kind, 1 all types, 0 not.
int precision_of(std::string_view range, std::string_view type) {
  if (base::equal_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  const std::string_view kind = type.substr(0, type.find('/') + 1);
  const bool is_kind = range.ends_with("/*") && range.size() == kind.size() + 1 &&
                       base::equal_ignoring_case(range.substr(0, kind.size()), kind);
  return is_kind ? 2 : 0;
}

}  // namespace

accepted_languages::accepted_languages(std::string_view field) noexcept {
  std::array<std::uint16_t, size_max> qualities{};
  for (int i = 0; !field.empty() && i < elements_max; ++i) {
    const element next = take_element(field);
    if (next.name.empty() || next.name == "*" || next.quality == 0) continue;
    if (size_ == size_max && qualities.back() >= next.quality) continue;
    if (size_ < size_max) ++size_;
    // Behind those that are wanted as much.
    std::size_t place = size_ - 1;
    for (; place > 0 && qualities[place - 1] < next.quality; --place) {
      qualities[place] = qualities[place - 1];
      languages_[place] = languages_[place - 1];
    }
    qualities[place] = next.quality;
    languages_[place] = next.name;
  }
}

std::uint16_t quality_of(std::string_view type, std::string_view accept) noexcept {
  if (accept.empty()) return 1000;
  int best = 0;
  std::uint16_t quality = 0;
  for (int i = 0; !accept.empty() && i < elements_max; ++i) {
    const element next = take_element(accept);
    const int precision = precision_of(next.name, type);
    if (precision <= best) continue;
    best = precision;
    quality = next.quality;
  }
  return quality;
}

bool names_type(std::string_view type, std::string_view accept) noexcept {
  for (int i = 0; !accept.empty() && i < elements_max; ++i) {
    const element next = take_element(accept);
    if (next.quality > 0 && base::equal_ignoring_case(next.name, type)) return true;
  }
  return false;
}

}  // namespace polyclock::protocol
