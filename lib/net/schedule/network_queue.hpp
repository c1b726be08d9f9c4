// Where a client's step waits: an IPv4 address and an IPv6 /64 are networks, all local sockets together are one.
#pragma once

#include <sys/socket.h>

#include "net/schedule/scheduler.hpp"
#include "protocol/service.hpp"

namespace polyclock::net {

// The hash is seeded anew in each process, so that clients cannot choose networks that share a queue.
[[nodiscard]] network_queue_index queue_of_network(const sockaddr* address) noexcept;

// By what the step will cost.
[[nodiscard]] constexpr scheduler::lane lane_of(protocol::cost wanted) noexcept {
  return wanted == protocol::cost::loaded ? scheduler::lane::slow : scheduler::lane::quick;
}

}  // namespace polyclock::net
