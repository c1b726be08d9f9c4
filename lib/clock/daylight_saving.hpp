// Daylight saving time around an instant, by the flag of the tz database: the answers of the HTTP paths below /api
// tell it.
#pragma once

#include <cstdint>
#include <optional>

#include "clock/zone.hpp"

namespace polyclock::clock {

// Instants are seconds since 1970.
struct daylight_saving {
  std::int32_t standard_offset =
      0;  // seconds east of UTC, of the nearest time without it: before, else after
  // While it lasts, its start and end; else its next start and last end. Both are empty where none is ahead.
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> until;
};

[[nodiscard]] daylight_saving daylight_saving_at(const zone& zone, std::int64_t seconds) noexcept;

}  // namespace polyclock::clock
