// The hash FNV-1a with 64 bits (Fowler, Noll, Vo), for bytes that nobody chooses to collide.
#pragma once

#include <cstdint>
#include <string_view>

namespace polyclock::base {

[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace polyclock::base
