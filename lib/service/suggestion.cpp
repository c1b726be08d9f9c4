#include "service/suggestion.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

#include "clock/name_order.hpp"

namespace polyclock::service {
namespace {

constexpr std::size_t name_size_max = 40;  // the longest of the tz database has 32
constexpr std::size_t distance_max = 2;

// A space may stand for the underscore of a name.
char fold(char c) noexcept {
  return c == ' ' ? '_' : clock::fold_case(c);
}

using row = std::array<std::size_t, name_size_max + 1>;

// The optimal string alignment distance: letters to insert, drop, replace, or swap with the next one.
// Something above `distance_max` as soon as it must be.
std::size_t distance(std::string_view a, std::string_view b) noexcept {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > distance_max || b.size() > name_size_max) return distance_max + 1;
  std::array<row, 3> rows{};
  std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row& now = rows[i % 3];
    const row& above = rows[(i + 2) % 3];
    const row& swapped = rows[(i + 1) % 3];
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = fold(a[i - 1]);
      const char y = fold(b[j - 1]);
      now[j] = std::min({above[j - 1] + (x == y ? 0 : 1), above[j] + 1, now[j - 1] + 1});
      const bool swap = i > 1 && j > 1 && x == fold(b[j - 2]) && fold(a[i - 2]) == y;
      if (swap) now[j] = std::min(now[j], swapped[j - 2] + 1);
    }
    const std::size_t least =
        *std::min_element(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(b.size() + 1));
    if (least > distance_max) return least;
  }
  return rows[a.size() % 3][b.size()];
}

std::string_view last_part(std::string_view name) noexcept {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace

std::string_view nearest_zone(const clock::zone_database& zones, std::string_view name) noexcept {
  if (name.size() > name_size_max) return {};
  const std::size_t allowed = std::min(distance_max, name.size() / 4);  // short names are all alike
  if (name.size() < 4) return {};
  std::string_view nearest;
  std::size_t least = std::string_view::npos;
  for (const clock::zone& zone : zones.zones()) {
    const std::size_t whole = distance(name, zone.name());
    const std::size_t place = distance(name, last_part(zone.name()));
    if (std::min(whole, place) > allowed) continue;
    // The whole name comes before the place alone, and a zone before a link to it.
    const std::size_t found = 2 * std::min(whole, place + 1) + (zone.is_link() ? 1 : 0);
    if (found < least) {
      least = found;
      nearest = zone.name();
    }
  }
  return nearest;
}

}  // namespace polyclock::service
