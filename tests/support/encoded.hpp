// Any packet's bytes, as its encoder writes them.
#pragma once

#include <array>
#include <cstddef>

#include "protocol/packet.hpp"
#include "support/bytes.hpp"

namespace polyclock::test {

template <typename Packet>
[[nodiscard]] bytes encoded(const Packet& packet) {
  std::array<std::byte, protocol::reply_size_max> buffer{};
  return first(buffer, encode(packet, buffer));
}

}  // namespace polyclock::test
