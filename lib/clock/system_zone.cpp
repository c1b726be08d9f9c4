#include "clock/system_zone.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "clock/tzif.hpp"

namespace polyclock::clock {
namespace {

namespace fs = std::filesystem;

// The zone name in a path such as `/usr/share/zoneinfo/Europe/Berlin`; empty if there is none.
std::string name_below_zoneinfo(std::string_view path) {
  constexpr std::string_view marker = "zoneinfo/";
  const auto position = path.rfind(marker);
  if (position == std::string_view::npos) return {};
  path.remove_prefix(position + marker.size());
  for (const std::string_view copy : {"posix/", "right/"}) {
    if (path.starts_with(copy)) path.remove_prefix(copy.size());
  }
  return std::string(path);
}

std::optional<std::string> named_by_environment() {
  const char* const tz = std::getenv("TZ");
  if (tz == nullptr || *tz == '\0') return std::nullopt;
  const std::string_view value = *tz == ':' ? tz + 1 : tz;
  if (!value.starts_with('/')) return std::string(value);
  const std::string name = name_below_zoneinfo(value);
  if (name.empty()) return std::nullopt;  // a file such as /etc/localtime
  return name;
}

std::string named_by_timezone(const fs::path& etc) {
  std::ifstream file(etc / "timezone");
  std::string line;
  std::getline(file, line);
  return line;
}

// The zone of which a file is a copy, best the one that `/etc/timezone` names, and no link; nullptr where there is
// none.
const zone* zone_of_copy(const zone_database& zones, const fs::path& file, std::string_view hint) {
  const auto bytes = read_tzif_file(file);
  const auto rules = bytes ? parse_tzif(std::as_bytes(std::span(*bytes))) : std::nullopt;
  if (!rules) return nullptr;
  const zone* const hinted = zones.find(hint);
  if (hinted != nullptr && hinted->has_rules(*rules)) return hinted;
  const auto is_it = [&](const zone& one) { return one.has_rules(*rules); };
  const auto& all = zones.zones();
  const auto proper = std::find_if(all.begin(), all.end(),
                                   [&](const zone& one) { return !one.is_link() && is_it(one); });
  if (proper != all.end()) return &*proper;
  const auto any = std::find_if(all.begin(), all.end(), is_it);
  return any == all.end() ? nullptr : &*any;
}

system_zone named(const zone_database& zones, const std::string& name) {
  const zone* const found = zones.find(name);
  if (found != nullptr) return {std::string(found->name()), {}};
  return {"UTC", "system time zone '" + name + "' is not in the tz database; using UTC"};
}

}  // namespace

system_zone find_system_zone(const zone_database& zones, const fs::path& etc) {
  if (const auto name = named_by_environment()) return named(zones, *name);
  std::error_code error;
  const fs::path localtime = etc / "localtime";
  const std::string linked = name_below_zoneinfo(fs::read_symlink(localtime, error).string());
  if (!error && !linked.empty()) return named(zones, linked);
  const std::string listed = named_by_timezone(etc);
  if (fs::exists(localtime, error)) {
    if (const zone* const found = zone_of_copy(zones, localtime, listed)) {
      return {std::string(found->name()), {}};
    }
    if (listed.empty()) {
      return {"UTC", localtime.string() + " is a copy of no zone of the tz database; using UTC"};
    }
  }
  return listed.empty() ? system_zone{"UTC", {}} : named(zones, listed);
}

}  // namespace polyclock::clock
