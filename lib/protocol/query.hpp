// The extended query: what a client may ask beyond a classic request. Written by the client, read
// by the daemon's DT service.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/extended.hpp"

namespace polyclock::protocol {

inline constexpr std::size_t query_locales_max = 8;
inline constexpr std::uint8_t ahead_max = 64;

// Views point into the caller's strings (to encode) or into the packet (once decoded).
struct query {
  std::uint32_t id = 0;
  subject what = subject::both;
  std::string_view style;                                   // empty: the server chooses
  std::array<std::string_view, query_locales_max> locales;  // in order of preference
  std::size_t locale_count = 0;                             // 0: the server's locale
  std::optional<std::string_view> zone;                     // none: the server's zone
  std::optional<timestamp> instant;                         // none: now
  bool ascii = false;
  std::uint8_t ahead = 0;  // how many of the texts that follow to list, at most `ahead_max`

  [[nodiscard]] std::span<const std::string_view> locale_list() const noexcept {
    return {locales.data(), locale_count};
  }
};

// Bytes written to `out`, or 0 where the query exceeds `out` or 1,024 bytes. A watch request has the same fields.
std::size_t encode(const query& query, std::span<std::byte> out,
                   packet_type type = packet_type::query) noexcept;

// Reads the fields of one whole packet, whose header has been checked; false where they break a
// rule.
bool decode_query(std::span<const std::byte> packet, query& query) noexcept;

}  // namespace polyclock::protocol
