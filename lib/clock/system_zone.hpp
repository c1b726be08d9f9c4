// Which time zone the system is set to; the daemon's default zone.
#pragma once

#include <filesystem>
#include <string>

#include "clock/zone_database.hpp"

namespace polyclock::clock {

struct system_zone {
  std::string name;     // as the tz database spells it; UTC where the system's is not known
  std::string problem;  // why it is not known; else empty
};

// From $TZ, `/etc/localtime` (a link to a zone's file, or a copy of one) or `/etc/timezone`, in this order.
// Without these the system is on UTC. `etc`: their folder.
[[nodiscard]] system_zone find_system_zone(const zone_database& zones,
                                           const std::filesystem::path& etc = "/etc");

}  // namespace polyclock::clock
