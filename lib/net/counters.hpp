// What a worker has counted so far, for the daemon's log and status; its sessions and listeners count here.
#pragma once

#include <cstdint>

namespace polyclock::net {

struct counters {
  std::uint64_t requests = 0;    // answered, by stream or datagram
  std::uint64_t malformed = 0;   // connections ended because of what they sent
  std::uint64_t late = 0;        // connections closed by a request or send timeout
  std::uint64_t refused = 0;     // connections beyond what their address may have
  std::uint64_t silent = 0;      // connections closed for others, having asked nothing
  std::uint64_t unanswered = 0;  // datagrams that got no reply

  counters& operator+=(const counters& other) noexcept {
    requests += other.requests;
    malformed += other.malformed;
    late += other.late;
    refused += other.refused;
    silent += other.silent;
    unanswered += other.unanswered;
    return *this;
  }
  friend bool operator==(const counters&, const counters&) = default;
};

}  // namespace polyclock::net
