// Prints what the zones say at many instants, for zone_oracle.py to compare. Arguments: the first
// and the last instant and the step, in seconds since 1970.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "clock/zone_database.hpp"

int main(int count, char** words) {
  using namespace polyclock::clock;
  if (count != 4) return 2;
  const auto first = std::strtoll(words[1], nullptr, 10);
  const auto last = std::strtoll(words[2], nullptr, 10);
  const auto step = std::strtoll(words[3], nullptr, 10);
  const zone_database zones = zone_database::load(default_zoneinfo());
  for (const zone& zone : zones.zones()) {
    std::printf("%s\n", std::string(zone.name()).c_str());
    for (auto seconds = first; seconds <= last; seconds += step) {
      const local_type& type = zone.type_at(seconds);
      std::printf("%d %d %s\n", type.offset, type.dst ? 1 : 0, type.abbreviation.c_str());
    }
  }
}
