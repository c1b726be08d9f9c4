// The time between two instants.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "clock/instant.hpp"

namespace polyclock::clock {

// Negative where `to` is earlier. At most about 31 years, since 64 bits of nanoseconds do not span all instants.
[[nodiscard]] constexpr std::chrono::nanoseconds elapsed(const instant& from,
                                                         const instant& to) noexcept {
  constexpr std::int64_t most = 1'000'000'000;
  const std::int64_t seconds = std::clamp(to.seconds - from.seconds, -most, most);
  return std::chrono::seconds(seconds) + std::chrono::nanoseconds(to.nanoseconds) -
         std::chrono::nanoseconds(from.nanoseconds);
}

}  // namespace polyclock::clock
