// Detects changes of the tz database on disk, such as a package upgrade; the daemon's main loop
// polls it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace polyclock::clock {

class zone_watch {
 public:
  // Construct it before the database is loaded, so that it misses no change.
  explicit zone_watch(const std::filesystem::path& directory);

  // Whether the directory differs from the loaded one and is stable, that is, equal to what the
  // previous call saw. True once per change.
  [[nodiscard]] bool changed();

 private:
  // A hash of the watched paths' metadata.
  [[nodiscard]] std::uint64_t fingerprint() const;

  // The directory, its subdirectories and tzdata.zi: replacing a file changes one of them.
  std::vector<std::filesystem::path> watched_;
  std::uint64_t loaded_;
  std::uint64_t last_seen_;
};

}  // namespace polyclock::clock
