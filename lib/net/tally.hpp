// What a worker has seen so far, for the daemon to tell; sessions and listeners count into their worker's own.
#pragma once

#include <cstdint>

namespace polyclock::net {

struct tally {
  std::uint64_t requests = 0;    // answered, by stream or datagram
  std::uint64_t malformed = 0;   // connections ended because of what they sent
  std::uint64_t late = 0;        // connections that took too long, but for idle ones
  std::uint64_t refused = 0;     // connections beyond what their address may have
  std::uint64_t unanswered = 0;  // datagrams that got no reply

  tally& operator+=(const tally& other) noexcept {
    requests += other.requests;
    malformed += other.malformed;
    late += other.late;
    refused += other.refused;
    unanswered += other.unanswered;
    return *this;
  }
  friend bool operator==(const tally&, const tally&) = default;
};

}  // namespace polyclock::net
