#include "net/address_prefix.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace polyclock::net {
namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): different numbers stay different.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

std::uint64_t random_seed() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

}  // namespace

std::span<const unsigned char> address_bytes(const sockaddr* address) noexcept {
  if (address->sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    return {reinterpret_cast<const unsigned char*>(&v4), sizeof v4};
  }
  if (address->sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    const std::span<const unsigned char> bytes(v6.s6_addr);
    return IN6_IS_ADDR_V4MAPPED(&v6) ? bytes.last(4) : bytes;
  }
  return {};
}

protocol::peer_address peer_address_of(const sockaddr* address) noexcept {
  const auto bytes = address_bytes(address);
  protocol::peer_address peer;
  peer.size = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), peer.bytes.begin());
  return peer;
}

std::uint16_t port_of(const sockaddr* address) noexcept {
  const bool is_v4 = address->sa_family == AF_INET;
  return ntohs(is_v4 ? reinterpret_cast<const sockaddr_in*>(address)->sin_port
                     : reinterpret_cast<const sockaddr_in6*>(address)->sin6_port);
}

std::optional<address_prefix> prefix_of(const sockaddr* address, prefix_lengths lengths) noexcept {
  const auto bytes = address_bytes(address);
  if (bytes.empty()) return std::nullopt;
  address_prefix prefix;
  const bool is_v4 = bytes.size() == 4;
  prefix.family = is_v4 ? 4 : 6;
  unsigned left = std::min(is_v4 ? lengths.v4 : lengths.v6, 64U);
  for (std::size_t i = 0; left > 0; ++i) {
    const unsigned bits = std::min(left, 8U);
    prefix.bytes[i] = static_cast<unsigned char>(bytes[i] & (0xFF00U >> bits));
    left -= bits;
  }
  return prefix;
}

std::string to_text(const address_prefix& prefix) {
  const bool is_v4 = prefix.family == 4;
  std::array<unsigned char, 16> address{};
  std::copy(prefix.bytes.begin(), prefix.bytes.end(), address.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
  return std::string(text.data()) + (is_v4 ? "" : "/64");
}

std::uint64_t seeded_hash(const address_prefix& prefix) noexcept {
  static const std::uint64_t seed = random_seed();
  std::uint64_t number = 0;
  std::memcpy(&number, prefix.bytes.data(), sizeof number);
  return mix(mix(number ^ seed) + prefix.family);
}

}  // namespace polyclock::net
