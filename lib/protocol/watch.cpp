#include "protocol/watch.hpp"

#include <algorithm>

namespace polyclock::protocol {

std::size_t encode(const watch_request& request, std::span<std::byte> out) noexcept {
  return encode(request.asked, out, packet_type::watch);
}

std::size_t encode(const unwatch_request& request, std::span<std::byte> out) noexcept {
  output_cursor cursor(out.first(std::min(out.size(), request_size_max)));
  begin_packet(cursor, packet_type::unwatch, request.id);
  return finish_packet(cursor);
}

bool decode_watch(std::span<const std::byte> packet, watch_request& request) noexcept {
  return decode_query(packet, request.asked) && !request.asked.instant && request.asked.ahead == 0;
}

bool decode_unwatch(std::span<const std::byte> packet, unwatch_request& request) noexcept {
  input_cursor cursor(packet);
  request.id = take_header(cursor).id;
  while (take_field(cursor)) continue;
  return !cursor.failed();
}

}  // namespace polyclock::protocol
