// Which queue of a scheduler a client's network has: an IPv4 address and an IPv6 /64 are networks, all local
// sockets together are one.
#pragma once

#include <sys/socket.h>

#include "net/schedule/scheduler.hpp"

namespace polyclock::net {

// The hash is seeded anew in each process, so that clients cannot choose networks that share a queue.
[[nodiscard]] network_queue_index queue_of_network(const sockaddr* address) noexcept;

}  // namespace polyclock::net
