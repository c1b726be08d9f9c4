// Whom a datagram listener answers. A source address can be forged, so an answer goes only where an answer is
// expected: never to another service, which might answer in turn and so on for ever (CVE-1999-0103).
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <vector>

#include "net/network.hpp"

namespace polyclock::net {

struct source_rules {
  networks allowed = loopback_networks();
  std::vector<std::uint16_t> own_ports = {};  // of every datagram listener

  // Whether a datagram from there may be answered.
  [[nodiscard]] bool answers(const sockaddr* source) const noexcept;
};

}  // namespace polyclock::net
