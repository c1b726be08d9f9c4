#include "protocol/time_protocol.hpp"

#include "protocol/cursor.hpp"

namespace polyclock::protocol {

std::size_t encode_time(std::int64_t unix_seconds, std::span<std::byte> out) noexcept {
  constexpr std::int64_t from_1900_to_1970 = 2'208'988'800;  // RFC 868
  output_cursor cursor(out);
  cursor.put(static_cast<std::uint32_t>(unix_seconds + from_1900_to_1970));
  return cursor.failed() ? 0 : cursor.size();
}

}  // namespace polyclock::protocol
