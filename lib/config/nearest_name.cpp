#include "config/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace polyclock::config {
namespace {

constexpr std::size_t typed_size_max = 64;
constexpr std::size_t prefix_size_min = 3;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// The optimal string alignment distance: Levenshtein distance with transpositions.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(table[0].begin(), table[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    table[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({replaced, table[i - 1][j] + 1, table[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view typed, std::span<const std::string_view> names) {
  if (typed.size() > typed_size_max) return {};
  const std::string wanted = lower_case(typed);
  std::size_t distance_max = std::min<std::size_t>(2, typed.size() / 4);
  std::string_view nearest;
  for (const std::string_view name : names) {
    const std::size_t distance = edit_distance(wanted, name);
    if (distance > distance_max || (!nearest.empty() && distance == distance_max)) continue;
    nearest = name;
    distance_max = distance;
  }
  if (!nearest.empty() || typed.size() < prefix_size_min) return nearest;
  const auto longer = std::find_if(names.begin(), names.end(),
                                   [&](std::string_view name) { return name.starts_with(wanted); });
  return longer == names.end() ? std::string_view() : *longer;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names) {
  const std::string_view name = nearest_name(typed, names);
  return name.empty() ? std::string() : "; did you mean '" + std::string(name) + "'?";
}

}  // namespace polyclock::config
