// Resolves host names before a deadline; the exchange calls it before it connects.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <vector>

#include "client/failure.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

using deadline = std::chrono::steady_clock::time_point;

struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// At least one address, in the system's order of preference (RFC 6724).
[[nodiscard]] outcome<std::vector<socket_address>> resolve(const server_address& server,
                                                           deadline until);

}  // namespace polyclock::client
