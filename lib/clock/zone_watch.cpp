#include "clock/zone_watch.hpp"

#include <sys/stat.h>

#include <initializer_list>
#include <string>
#include <system_error>
#include <utility>

namespace polyclock::clock {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> paths_to_watch(const fs::path& directory) {
  std::vector<fs::path> paths{directory, directory / "tzdata.zi"};
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_directory(ignored)) continue;
    const std::string name = entry->path().filename();
    if (name == "right" || name == "posix") entry.disable_recursion_pending();  // not loaded either
    paths.push_back(entry->path());
  }
  return paths;
}

// Hashes a file's identity, size and modification time into `value` (FNV-1a); a missing file counts
// as zeros.
void hash_file(const fs::path& path, std::uint64_t& value) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) status = {};
  for (const auto part :
       {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
        static_cast<std::uint64_t>(status.st_size),
        static_cast<std::uint64_t>(status.st_mtim.tv_sec),
        static_cast<std::uint64_t>(status.st_mtim.tv_nsec)}) {
    value = (value ^ part) * 0x100000001b3;
  }
}

}  // namespace

zone_watch::zone_watch(const fs::path& directory)
    : watched_(paths_to_watch(directory)), loaded_(fingerprint()), last_seen_(loaded_) {}

bool zone_watch::changed() {
  const std::uint64_t seen = fingerprint();
  const bool is_stable = seen == std::exchange(last_seen_, seen);
  if (!is_stable || seen == loaded_) return false;
  loaded_ = seen;
  return true;
}

std::uint64_t zone_watch::fingerprint() const {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const fs::path& path : watched_) hash_file(path, value);
  return value;
}

}  // namespace polyclock::clock
