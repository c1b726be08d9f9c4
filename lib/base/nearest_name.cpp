#include "base/nearest_name.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"
#include "base/edit_distance.hpp"

namespace polyclock::base {
namespace {

constexpr std::size_t prefix_size_min = 3;

}  // namespace

std::string_view nearest_name(std::string_view typed, std::span<const std::string_view> names) {
  std::size_t distance_max = std::min<std::size_t>(2, typed.size() / 4);
  std::string_view nearest;
  for (const std::string_view name : names) {
    const std::size_t distance = edit_distance(typed, name, distance_max);
    if (distance > distance_max || (!nearest.empty() && distance == distance_max)) continue;
    nearest = name;
    distance_max = distance;
  }
  if (!nearest.empty() || typed.size() < prefix_size_min) return nearest;
  const auto longer = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
    return equal_ignoring_case(name.substr(0, typed.size()), typed);
  });
  return longer == names.end() ? std::string_view() : *longer;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names) {
  const std::string_view name = nearest_name(typed, names);
  return name.empty() ? std::string() : "; did you mean '" + std::string(name) + "'?";
}

std::string unknown_option(std::string_view typed, std::span<const std::string_view> names) {
  const std::size_t hyphens = std::min(typed.find_first_not_of('-'), typed.size());
  const std::string_view name = typed.substr(0, typed.find('=')).substr(hyphens);
  const std::string_view nearest = nearest_name(name, names);
  const std::string message = "unknown option '" + std::string(typed) + "'";
  return nearest.empty() ? message : message + "; did you mean '--" + std::string(nearest) + "'?";
}

}  // namespace polyclock::base
