// When a reply may be sent again as it is; every cache of whole replies asks.
#pragma once

#include <cstdint>

namespace polyclock::service {

// What an answer depends on beside its query: nothing that it tells changes within a second of the
// wall clock, with one release of the tz database.
struct generation {
  std::int64_t second;
  std::uint64_t release;

  friend bool operator==(const generation&, const generation&) = default;
};

}  // namespace polyclock::service
