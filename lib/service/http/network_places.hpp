// Places for what costs memory, of which no network has more than a quarter, so that others find one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/fnv1a.hpp"
#include "protocol/service.hpp"

namespace polyclock::service {

// By the bytes of the addresses, so that some networks share what is one's.
using network_number = std::uint8_t;

// A network: an IPv4 address, an IPv6 /64, or the Unix sockets.
[[nodiscard]] inline network_number network_of(const protocol::peer_address& peer) noexcept {
  constexpr std::size_t prefix_max = 8;
  const std::size_t size = std::min<std::size_t>(peer.size, prefix_max);
  return static_cast<network_number>(
      base::fnv1a({reinterpret_cast<const char*>(peer.bytes.data()), size}));
}

template <std::size_t AllMax>
class network_places {
 public:
  static constexpr std::size_t all_max = AllMax;
  static constexpr std::size_t of_network_max = all_max / 4;

  [[nodiscard]] bool take(network_number network) noexcept {
    if (all_ == all_max || of_network_[network] == of_network_max) return false;
    ++all_;
    ++of_network_[network];
    return true;
  }
  void give_back(network_number network) noexcept {
    --all_;
    --of_network_[network];
  }

 private:
  std::size_t all_ = 0;
  std::array<std::uint16_t, 256> of_network_{};
};

}  // namespace polyclock::service
