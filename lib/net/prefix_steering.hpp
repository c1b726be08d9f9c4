// Spreads the datagrams of one port over the workers so that every network always meets the same one, and
// with it the same token bucket: no worker needs to know what another has answered.
#pragma once

#include <cstddef>

namespace polyclock::net {

// For a group of sockets that share a port (SO_REUSEPORT), in the order in which they were bound;
// `descriptor` is any of them. False, with errno, where the kernel refuses.
[[nodiscard]] bool steer_by_prefix(int descriptor, int family, std::size_t sockets);

}  // namespace polyclock::net
