// The limit of open file descriptors (RLIMIT_NOFILE); main lowers the connection limit to fit it.
#pragma once

#include <cstddef>

namespace polyclock::daemon {

// Raises the soft limit to `wanted`, at most to the hard limit. Returns the resulting soft limit.
[[nodiscard]] std::size_t raise_descriptor_limit(std::size_t wanted);

}  // namespace polyclock::daemon
