// What clients may use up; the daemon sets it at start and on reload, every worker has its own
// copy.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace polyclock::net {

struct limits {
  std::size_t connections_max = 10000;
  std::size_t connections_max_per_address = 0;  // 0: no cap
  std::chrono::milliseconds idle_timeout{60000};
  // From a request's first byte to its last, and for replies to be taken.
  std::chrono::milliseconds request_timeout{5000};
  // Datagrams answered for each network.
  std::uint32_t datagram_rate = 1000;  // a second; 0: no cap
};

}  // namespace polyclock::net
