// A tz database of a test's own, for expectations that no release of the real one may change.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string_view>

#include "clock/zone_database.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace polyclock::test {

// Compiles lines of tz source with zic(8); throws with its message where they are wrong.
inline clock::zone_database compiled_zones(std::string_view source) {
  const temporary_directory directory;
  const auto file = directory.path() / "source";
  const auto zones = directory.path() / "zoneinfo";
  std::ofstream(file) << source;
  const finished zic = run({"/usr/sbin/zic", "-b", "fat", "-d", zones, file});
  if (zic.status != 0) throw std::runtime_error("zic: " + zic.errors);
  return clock::zone_database::load(zones);
}

}  // namespace polyclock::test
