// Comparison of zone and locale names, in which the case of ASCII letters is ignored.
#pragma once

#include <algorithm>
#include <string_view>

namespace polyclock::clock {

[[nodiscard]] constexpr char fold_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline bool less_folded(std::string_view a, std::string_view b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return fold_case(x) < fold_case(y); });
}

[[nodiscard]] inline bool equal_folded(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return fold_case(x) == fold_case(y); });
}

}  // namespace polyclock::clock
