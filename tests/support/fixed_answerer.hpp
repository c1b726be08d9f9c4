// An answerer that knows the system's zones and one instant.
#pragma once

#include <memory>

#include "service/answerer.hpp"
#include "support/fixed_clock.hpp"
#include "support/zones.hpp"

namespace polyclock::test {

inline constexpr clock::instant fixed_now{1795165507, 250'000'000};  // 2026-11-20T09:05:07.25Z

inline std::shared_ptr<service::answerer> fixed_answerer() {
  return std::make_shared<service::answerer>(zones(), std::make_unique<fixed_clock>(fixed_now));
}

}  // namespace polyclock::test
