// A wall clock that a test sets.
#pragma once

#include "clock/wall_clock.hpp"

namespace polyclock::test {

class fixed_clock final : public clock::wall_clock {
 public:
  explicit fixed_clock(clock::instant now) : now_(now) {}

  void set(clock::instant now) { now_ = now; }

  [[nodiscard]] clock::instant now() const noexcept override { return now_; }
  [[nodiscard]] clock::clock_quality quality() noexcept override { return {true, 0, 1500, 25000}; }

 private:
  clock::instant now_;
};

}  // namespace polyclock::test
