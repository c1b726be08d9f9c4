// A hash for the caches of whole replies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace polyclock::service {

// Eight bytes at a time, multiplied and folded (the scheme of wyhash, Wang Yi 2019). Requests that are made to
// collide evict the other ones of their set, which are rendered again.
[[nodiscard]] inline std::uint64_t hash_of(std::span<const std::byte> bytes,
                                           std::uint32_t listener) noexcept {
  constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = (bytes.size() + (std::uint64_t{listener} << 32)) * multiplier;
  while (bytes.size() >= 8) {
    std::uint64_t part = 0;
    std::memcpy(&part, bytes.data(), 8);
    hash = (hash ^ part) * multiplier;
    hash ^= hash >> 32;
    bytes = bytes.subspan(8);
  }
  std::uint64_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  hash = (hash ^ rest) * multiplier;
  return hash ^ (hash >> 29);
}

}  // namespace polyclock::service
