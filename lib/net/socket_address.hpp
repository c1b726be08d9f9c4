// The address of a listener: looked up, compared and named.
#pragma once

#include <sys/socket.h>

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>

namespace polyclock::net {

struct bind_error {
  boost::system::error_code code;
  std::string message;  // names the endpoint and the reason
};

// Of any family.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int family() const { return storage.ss_family; }
};

// The numeric address, or the first one of the name, which is looked up for 3 s at most. `socket_type`: SOCK_STREAM or
// SOCK_DGRAM.
[[nodiscard]] boost::system::result<socket_address, bind_error> resolve(const std::string& host,
                                                                        std::uint16_t port,
                                                                        int socket_type);

// `127.0.0.1:18814` or `[::1]:18814`.
[[nodiscard]] std::string name_of(const socket_address& address);

// Whether two sockets cannot be bound to both of them: one port, and one address or all of the family.
[[nodiscard]] bool overlap(const socket_address& one, const socket_address& other);

}  // namespace polyclock::net
