#include "service/suggestion.hpp"

#include <algorithm>
#include <cstddef>

#include "base/bounded_text.hpp"
#include "base/edit_distance.hpp"

namespace polyclock::service {
namespace {

constexpr std::size_t distance_max = 2;

using zone_name = base::bounded_text<40>;  // the longest of the tz database has 32 letters

// A space may stand for the underscore of a name.
zone_name with_underscores(std::string_view typed) noexcept {
  zone_name name;
  for (const char c : typed) name << (c == ' ' ? '_' : c);
  return name;
}

std::string_view last_part(std::string_view name) noexcept {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace

std::string_view nearest_zone(const clock::zone_database& zones, std::string_view typed) noexcept {
  const zone_name name = with_underscores(typed);
  if (name.view().size() < 4 || name.overflowed()) return {};  // short names are all alike
  const std::size_t allowed = std::min(distance_max, name.view().size() / 4);
  std::string_view nearest;
  std::size_t least = std::string_view::npos;
  for (const clock::zone& zone : zones.zones()) {
    const std::size_t whole = base::edit_distance(name.view(), zone.name(), allowed);
    const std::size_t place = base::edit_distance(name.view(), last_part(zone.name()), allowed);
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
