// Finds the addresses of a server; the race calls it for each.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <optional>
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

using socket_addresses = std::vector<socket_address>;

// That of a Unix socket or of an address in digits; empty where there is a name to look up.
[[nodiscard]] std::optional<outcome<socket_addresses>> known_addresses(
    const server_address& server);

// At least one address: of the system's order of preference (RFC 6724) the first, then IPv6 and IPv4 in turn
// (RFC 8305). Blocks for as long as getaddrinfo(3) does.
[[nodiscard]] outcome<socket_addresses> look_up(const server_address& server);

}  // namespace polyclock::client
