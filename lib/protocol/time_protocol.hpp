// The Time Protocol (RFC 868): four bytes that count the seconds since 1900. The time service writes them, the
// client reads those of any server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace polyclock::protocol {

inline constexpr std::size_t time_size = 4;

// Writes the seconds since 1900-01-01T00:00:00Z, modulo 2^32: the count begins anew at
// 2036-02-07T06:28:16Z. `unix_seconds` count from 1970. Returns 4, or 0 where they do not fit.
std::size_t encode_time(std::int64_t unix_seconds, std::span<std::byte> out) noexcept;

// Reads the seconds since 1970 from the first four bytes of `in`; empty where there are fewer. A
// count whose first bit is not set is of the second era, 2036 to 2104: of the first it would lie before 1968.
[[nodiscard]] std::optional<std::int64_t> decode_time(std::span<const std::byte> in) noexcept;

}  // namespace polyclock::protocol
