// Bytes as tests write them: hex digits, byte strings, packets put together by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyclock::test {

using bytes = std::vector<std::byte>;

// From hex digits; blanks are skipped.
[[nodiscard]] bytes from_hex(std::string_view hex);

[[nodiscard]] bytes from_text(std::string_view text);

[[nodiscard]] std::string to_text(std::span<const std::byte> in);

[[nodiscard]] bytes operator+(bytes left, const bytes& right);

// The first `size` bytes of a buffer that an encoder filled.
[[nodiscard]] bytes first(std::span<const std::byte> buffer, std::size_t size);

// A big-endian number read from a packet.
[[nodiscard]] std::uint64_t number_at(std::span<const std::byte> in, std::size_t position,
                                      std::size_t size);

}  // namespace polyclock::test
