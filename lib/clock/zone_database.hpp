// All zones of one tz database release, loaded into an immutable snapshot; the services look names
// up in it, so that no client's string reaches the file system.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock/zone.hpp"

namespace polyclock::clock {

class zone_database {
 public:
  // Loads every TZif file below `directory`, and the links of its tzdata.zi, whose files some systems put into a
  // package of its own; without a tzdata.zi those that this program brings. Unreadable and malformed files are listed
  // in `problems`, and so are directories below that cannot be read: their zones are those of `previous`, if it has
  // them, and the release is called by its name then. UTC always exists.
  [[nodiscard]] static zone_database load(const std::filesystem::path& directory,
                                          const zone_database* previous = nullptr);

  // The zone with that name, ASCII case ignored; nullptr if there is none.
  [[nodiscard]] const zone* find(std::string_view name) const noexcept;

  // The release, such as "2026f"; empty if unknown.
  [[nodiscard]] std::string_view version() const noexcept { return version_; }

  [[nodiscard]] std::size_t size() const noexcept { return zones_.size(); }
  [[nodiscard]] const std::vector<zone>& zones() const noexcept { return zones_; }

  // One line per error in the files, `PATH: message`.
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

 private:
  class loader;

  std::vector<zone> zones_;  // sorted by name, ASCII case ignored
  std::string version_;
  std::vector<std::string> problems_;
};

// The directory of the tz database: $TZDIR, else /usr/share/zoneinfo.
[[nodiscard]] std::filesystem::path default_zoneinfo();

}  // namespace polyclock::clock
