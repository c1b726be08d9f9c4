#include "protocol/time_protocol.hpp"

#include "protocol/cursor.hpp"

namespace polyclock::protocol {

namespace {

constexpr std::int64_t from_1900_to_1970 = 2'208'988'800;  // RFC 868

}  // namespace

std::size_t encode_time(std::int64_t unix_seconds, std::span<std::byte> out) noexcept {
  output_cursor cursor(out);
  cursor.put(static_cast<std::uint32_t>(unix_seconds + from_1900_to_1970));
  return cursor.failed() ? 0 : cursor.size();
}

std::optional<std::int64_t> decode_time(std::span<const std::byte> in) noexcept {
  constexpr std::int64_t era = std::int64_t{1} << 32;
  input_cursor cursor(in);
  const std::int64_t count = cursor.take<std::uint32_t>();
  if (cursor.failed()) return std::nullopt;
  return (count < era / 2 ? count + era : count) - from_1900_to_1970;
}

}  // namespace polyclock::protocol
