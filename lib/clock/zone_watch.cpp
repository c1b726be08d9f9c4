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
    if (name == "right" || name == "posix") entry.disable_recursion_pending();  // not read either
    paths.push_back(entry->path());
  }
  return paths;
}

// Mixes a file's identity and times into `value`; a file that is missing counts as zeros.
void mix(const fs::path& path, std::uint64_t& value) {
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
    : watched_(paths_to_watch(directory)), read_(fingerprint()), last_seen_(read_) {}

bool zone_watch::changed() {
  const std::uint64_t seen = fingerprint();
  const bool at_rest = seen == std::exchange(last_seen_, seen);
  if (!at_rest || seen == read_) return false;
  read_ = seen;
  return true;
}

std::uint64_t zone_watch::fingerprint() const {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const fs::path& path : watched_) mix(path, value);
  return value;
}

}  // namespace polyclock::clock
