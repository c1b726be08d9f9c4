#include "service/suggestion.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace polyclock::service {
namespace {

constexpr std::size_t name_size_max = 40;  // the longest of the tz database has 32
constexpr std::size_t distance_max = 2;

char fold(char c) noexcept {
  if (c == ' ') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The Levenshtein distance, or something above `distance_max` as soon as it must be.
std::size_t distance(std::string_view a, std::string_view b) noexcept {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > distance_max || b.size() > name_size_max) return distance_max + 1;
  std::array<std::size_t, name_size_max + 1> row{};
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (fold(a[i - 1]) == fold(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
      least = std::min(least, row[j]);
    }
    if (least > distance_max) return least;
  }
  return row[b.size()];
}

std::string_view last_part(std::string_view name) noexcept {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace

std::string_view nearest_zone(const clock::zone_database& zones, std::string_view name) noexcept {
  constexpr std::size_t name_size_min = 3;
  if (name.size() < name_size_min || name.size() > name_size_max) return {};
  std::string_view nearest;
  std::size_t least = distance_max + 1;
  for (const clock::zone& zone : zones.zones()) {
    // A place without its area counts as one letter off.
    const std::size_t whole = distance(name, zone.name());
    const std::size_t place = 1 + distance(name, last_part(zone.name()));
    const std::size_t found = std::min(whole, place);
    if (found < least) {
      least = found;
      nearest = zone.name();
    }
  }
  return nearest;
}

}  // namespace polyclock::service
