#include "base/edit_distance.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/ascii.hpp"

namespace polyclock::base {
namespace {

constexpr std::size_t name_size_max = 64;

// Of the distances between the first letters of both names: one row for each length of `a`.
using row = std::array<std::size_t, name_size_max + 1>;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t max) noexcept {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > max || std::max(a.size(), b.size()) > name_size_max) return max + 1;
  std::array<row, 3> rows;
  std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row& now = rows[i % 3];
    const row& above = rows[(i + 2) % 3];
    const row& swapped = rows[(i + 1) % 3];
    now[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = to_lower(a[i - 1]);
      const char y = to_lower(b[j - 1]);
      now[j] = std::min({above[j - 1] + (x == y ? 0 : 1), above[j] + 1, now[j - 1] + 1});
      const bool swap = i > 1 && j > 1 && x == to_lower(b[j - 2]) && to_lower(a[i - 2]) == y;
      if (swap) now[j] = std::min(now[j], swapped[j - 2] + 1);
      least = std::min(least, now[j]);
    }
    if (least > max) return max + 1;
  }
  return std::min(rows[a.size() % 3][b.size()], max + 1);
}

}  // namespace polyclock::base
