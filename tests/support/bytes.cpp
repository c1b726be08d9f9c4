#include "support/bytes.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace polyclock::test {

bytes from_hex(std::string_view hex) {
  bytes out;
  int half = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) throw std::invalid_argument("no hex");
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (half >= 0) out.push_back(static_cast<std::byte>(half << 4 | digit));
    half = half >= 0 ? -1 : digit;
  }
  if (half >= 0) throw std::invalid_argument("half a byte");
  return out;
}

bytes from_text(std::string_view text) {
  const auto in = std::as_bytes(std::span(text));
  return {in.begin(), in.end()};
}

std::string to_text(std::span<const std::byte> in) {
  return {reinterpret_cast<const char*>(in.data()), in.size()};
}

bytes operator+(bytes left, const bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

bytes first(std::span<const std::byte> buffer, std::size_t size) {
  const auto part = buffer.first(size);
  return {part.begin(), part.end()};
}

std::uint64_t number_at(std::span<const std::byte> in, std::size_t position, std::size_t size) {
  std::uint64_t value = 0;
  for (const std::byte octet : in.subspan(position, size)) {
    value = value << 8 | std::to_integer<std::uint64_t>(octet);
  }
  return value;
}

}  // namespace polyclock::test
