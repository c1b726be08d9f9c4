// The first bits of an IP address, as one key: what a network's hosts have in common. The quota counts
// connections by it, the token buckets datagrams, and the scheduler has a queue for each.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "protocol/service.hpp"

namespace polyclock::net {

// At most 64 bits; the bits behind them are zero.
struct address_prefix {
  std::array<unsigned char, 8> bytes{};
  unsigned char family = 0;  // 4 or 6

  friend auto operator<=>(const address_prefix&, const address_prefix&) = default;
};

// How many bits of an address belong to the prefix.
struct prefix_lengths {
  unsigned v4;
  unsigned v6;
};

// What counts as one client: a host of IPv4, a network of IPv6.
inline constexpr prefix_lengths host_prefix{32, 64};

// The 4 or 16 bytes of an IP address, 4 of an IPv4-mapped one (RFC 4291, 2.5.5.2), as which a socket for both
// families sees IPv4 peers; none for any other kind.
[[nodiscard]] std::span<const unsigned char> address_bytes(const sockaddr* address) noexcept;

// For a service.
[[nodiscard]] protocol::peer_address peer_address_of(const sockaddr* address) noexcept;

// The UDP or TCP port beside an IP address.
[[nodiscard]] std::uint16_t port_of(const sockaddr* address) noexcept;

// Nothing for what is no IP address.
[[nodiscard]] std::optional<address_prefix> prefix_of(const sockaddr* address,
                                                      prefix_lengths lengths) noexcept;

// Of a host prefix: `192.0.2.7`, `2001:db8::/64`.
[[nodiscard]] std::string to_text(const address_prefix& prefix);

// A hash that is seeded anew in each process, so that clients cannot choose addresses that collide.
[[nodiscard]] std::uint64_t seeded_hash(const address_prefix& prefix) noexcept;

}  // namespace polyclock::net
