// Notices when the tz database on disk becomes another one, as on a package upgrade; the daemon's
// main asks it every now and then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace polyclock::clock {

class zone_watch {
 public:
  // Takes the directory as it is now for the one that has been read.
  explicit zone_watch(const std::filesystem::path& directory);

  // Whether the directory differs from the one that was read and has come to rest: the call before
  // this one saw the same. True once for each change.
  [[nodiscard]] bool changed();

 private:
  // Of the watched paths' identities and times.
  [[nodiscard]] std::uint64_t fingerprint() const;

  // The directory, all below it and tzdata.zi: whatever replaces a file changes one of them.
  std::vector<std::filesystem::path> watched_;
  std::uint64_t read_;
  std::uint64_t last_seen_;
};

}  // namespace polyclock::clock
