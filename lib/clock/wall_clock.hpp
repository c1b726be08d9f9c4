// The wall clock and its quality; injected into the services, so that tests can set the time.
#pragma once

#include <cstdint>

#include "clock/instant.hpp"

namespace polyclock::clock {

// The kernel's estimate of its clock's quality (adjtimex(2)).
struct clock_quality {
  bool synchronized = false;
  std::uint8_t leap_indicator = 3;  // RFC 5905: 0 none, 1 insert, 2 delete, 3 unknown
  std::uint32_t estimated_error_us = UINT32_MAX;
  std::uint32_t maximum_error_us = UINT32_MAX;
};

class wall_clock {
 public:
  virtual ~wall_clock() = default;
  [[nodiscard]] virtual instant now() const noexcept = 0;
  [[nodiscard]] virtual clock_quality quality() noexcept = 0;
};

// The system clock, for use by one thread. Reads the quality from the kernel at most once a second.
class system_clock final : public wall_clock {
 public:
  [[nodiscard]] instant now() const noexcept override;
  [[nodiscard]] clock_quality quality() noexcept override;

 private:
  clock_quality quality_;
  std::int64_t sampled_at_ = -1;  // a second of the monotonic clock
};

}  // namespace polyclock::clock
