#include "service/name_list.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace polyclock::service {
namespace {

using base::less_ignoring_case;
using base::to_lower;

bool contains(std::string_view name, std::string_view part) noexcept {
  return std::search(name.begin(), name.end(), part.begin(), part.end(),
                     [](char a, char b) { return to_lower(a) == to_lower(b); }) != name.end() ||
         part.empty();
}

// On a mismatch the last star takes one letter more, so the work is bounded by the product of the sizes.
bool glob(std::string_view name, std::string_view pattern) noexcept {
  std::size_t n = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || to_lower(pattern[p]) == to_lower(name[n]))) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// Writes the names after the requested one that match, until the page is full.
template <typename Names, typename NameOf>
std::size_t write_names(const protocol::list_request& request, const Names& names, NameOf name_of,
                        std::span<std::byte> out) noexcept {
  protocol::page_writer page(out, request.id);
  const auto first = request.after.empty()
                         ? names.begin()
                         : std::upper_bound(names.begin(), names.end(), request.after,
                                            [&](std::string_view after, const auto& one) {
                                              return less_ignoring_case(after, name_of(one));
                                            });
  for (auto one = first; one != names.end(); ++one) {
    if (matches(name_of(*one), request.pattern) && !page.add(name_of(*one)))
      return page.finish(true);
  }
  return page.finish(false);
}

}  // namespace

bool matches(std::string_view name, std::string_view pattern) noexcept {
  constexpr std::size_t pattern_size_max = 64;
  if (pattern.size() > pattern_size_max) return false;
  const bool is_glob = pattern.find_first_of("*?") != std::string_view::npos;
  return is_glob ? glob(name, pattern) : contains(name, pattern);
}

std::size_t write_page(const protocol::list_request& request, const clock::zone_database& zones,
                       const std::vector<std::string>& locales, std::span<std::byte> out) noexcept {
  if (request.kind == protocol::name_kind::locales) return write_page(request, locales, out);
  return write_names(
      request, zones.zones(), [](const clock::zone& zone) { return zone.name(); }, out);
}

std::size_t write_page(const protocol::list_request& request, const std::vector<std::string>& lines,
                       std::span<std::byte> out) noexcept {
  return write_names(
      request, lines, [](const std::string& line) { return std::string_view(line); }, out);
}

}  // namespace polyclock::service
