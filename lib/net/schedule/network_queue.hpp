// Where a client's step waits: an IPv4 address and an IPv6 /64 are networks, all local sockets together are one.
#pragma once

#include <sys/socket.h>

#include "net/schedule/scheduler.hpp"
#include "protocol/service.hpp"

namespace polyclock::net {

// The hash is seeded anew in each process, so that clients cannot choose networks that share a queue.
[[nodiscard]] network_queue_index queue_of_network(const sockaddr* address) noexcept;

// By what the step will cost, and whether its peer sends many requests at once.
[[nodiscard]] constexpr scheduler::lane lane_of(protocol::cost wanted, bool is_bulk) noexcept {
  using enum scheduler::lane;
  if (wanted == protocol::cost::loaded) return slow;
  return is_bulk ? bulk : quick;
}

}  // namespace polyclock::net
