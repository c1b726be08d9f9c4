// All zones of one tz database release, read once into an immutable snapshot; the services look
// names up in it, so that no client's string ever reaches the file system.
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
  // Reads every TZif file below `directory`, links included. Files that cannot be read or are
  // damaged are left out and named in `problems`; UTC is always there.
  [[nodiscard]] static zone_database load(const std::filesystem::path& directory);

  // The zone of that name, compared without regard to ASCII case; nullptr where there is none.
  [[nodiscard]] const zone* find(std::string_view name) const noexcept;

  // The release, such as "2026f"; empty where the database does not tell.
  [[nodiscard]] std::string_view version() const noexcept { return version_; }

  [[nodiscard]] std::size_t size() const noexcept { return zones_.size(); }
  [[nodiscard]] const std::vector<zone>& zones() const noexcept { return zones_; }

  // One line for each thing that was wrong with the files.
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

 private:
  void read_source(const std::filesystem::path& directory);
  void read_zones(const std::filesystem::path& directory);
  void add(const std::filesystem::path& file, std::string name);
  void sort();

  std::vector<zone> zones_;  // sorted by name, ASCII case folded
  std::string version_;
  std::set<std::string> links_;  // only while it is read
  std::vector<std::string> problems_;
};

// Where the tz database lies: $TZDIR, else /usr/share/zoneinfo.
[[nodiscard]] std::filesystem::path default_zoneinfo();

// The name of the system's zone as $TZ, /etc/localtime or /etc/timezone gives it; nothing where
// none of them names one.
[[nodiscard]] std::optional<std::string> system_zone_name();

}  // namespace polyclock::clock
