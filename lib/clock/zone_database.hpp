// All zones of one tz database release, loaded into an immutable snapshot; the services look names
// up in it, so that no client's string reaches the file system.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "clock/zone.hpp"

namespace polyclock::clock {

class zone_database {
 public:
  // Loads every TZif file below `directory`, links included. Skips unreadable and malformed files
  // and lists them in `problems`; UTC always exists.
  [[nodiscard]] static zone_database load(const std::filesystem::path& directory);

  // The zone with that name, ASCII case ignored; nullptr if there is none.
  [[nodiscard]] const zone* find(std::string_view name) const noexcept;

  // The release, such as "2026f"; empty if unknown.
  [[nodiscard]] std::string_view version() const noexcept { return version_; }

  [[nodiscard]] std::size_t size() const noexcept { return zones_.size(); }
  [[nodiscard]] const std::vector<zone>& zones() const noexcept { return zones_; }

  // One line per error in the files, `PATH: message`.
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

 private:
  void read_source(const std::filesystem::path& directory);
  void read_zones(const std::filesystem::path& directory);
  void add(const std::filesystem::path& file, std::string name);
  void sort();

  std::vector<zone> zones_;  // sorted by name, ASCII case ignored
  std::string version_;
  std::set<std::string> links_;  // used while loading
  std::vector<std::string> problems_;
};

// The directory of the tz database: $TZDIR, else /usr/share/zoneinfo.
[[nodiscard]] std::filesystem::path default_zoneinfo();

// The name of the system time zone from $TZ, /etc/localtime or /etc/timezone, in this order; empty
// if none of them names one.
[[nodiscard]] std::optional<std::string> system_zone_name();

}  // namespace polyclock::clock
