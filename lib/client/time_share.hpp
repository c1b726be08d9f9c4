// How long one of several servers, or addresses, may take.
#pragma once

#include <chrono>
#include <cstddef>

#include "client/resolver.hpp"

namespace polyclock::client {

// An equal share of the remaining time for each of the remaining candidates.
[[nodiscard]] inline deadline share_of_time(deadline until, std::size_t candidates) {
  const auto now = std::chrono::steady_clock::now();
  return now + (until - now) / static_cast<std::chrono::steady_clock::rep>(candidates);
}

}  // namespace polyclock::client
