// The system's tz database, read once for a whole test program.
#pragma once

#include <memory>
#include <string_view>

#include "clock/zone_database.hpp"

namespace polyclock::test {

inline std::shared_ptr<const clock::zone_database> zones() {
  static const auto loaded = std::make_shared<const clock::zone_database>(
      clock::zone_database::load(clock::default_zoneinfo()));
  return loaded;
}

inline const clock::zone& zone_named(std::string_view name) {
  return *zones()->find(name);
}

}  // namespace polyclock::test
