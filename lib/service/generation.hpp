// The generation of a cached reply: it may be sent again as it is within the same one.
#pragma once

#include <cstdint>

namespace polyclock::service {

// Nothing in a reply changes within a second of the wall clock, with one release of the tz database and
// of the words.
struct generation {
  std::int64_t second;
  std::uint64_t release;

  friend bool operator==(const generation&, const generation&) = default;
};

}  // namespace polyclock::service
