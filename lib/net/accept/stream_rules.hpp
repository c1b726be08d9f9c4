// From whom a stream listener takes connections, and how they begin.
#pragma once

#include <sys/socket.h>

#include <algorithm>

#include "net/network.hpp"

namespace polyclock::net {

struct stream_rules {
  // If there are any, every connection comes from one of them and begins with a PROXY header.
  networks proxies = {};

  [[nodiscard]] bool expect_header() const noexcept { return !proxies.empty(); }
  [[nodiscard]] bool is_proxy(const sockaddr* peer) const noexcept {
    return std::any_of(proxies.begin(), proxies.end(),
                       [peer](const network& one) { return one.contains(peer); });
  }
};

}  // namespace polyclock::net
