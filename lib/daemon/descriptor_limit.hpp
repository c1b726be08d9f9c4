// How many descriptors the process may open; main fits the connection limit to it.
#pragma once

#include <cstddef>

namespace polyclock::daemon {

// Raises the soft limit to `wanted`, as far as the hard limit allows; returns what is in force
// then.
[[nodiscard]] std::size_t raise_descriptor_limit(std::size_t wanted);

}  // namespace polyclock::daemon
