#include "protocol/dt_request.hpp"

#include "protocol/cursor.hpp"
#include "protocol/extended.hpp"

namespace polyclock::protocol {
namespace {

constexpr fault not_dt{0, error_code::malformed, "not a DT packet"};
constexpr fault not_classic{0, error_code::malformed, "a classic request asks for date or time"};
constexpr auto classic_type = static_cast<std::uint16_t>(packet_type::classic_request);
constexpr auto first_extended = static_cast<std::uint16_t>(packet_type::query);

decoded give_up(dt_request& request, const fault& why) noexcept {
  request = why;
  return {decode_status::malformed, 0};
}

bool is_request(packet_type type) noexcept {
  return type == packet_type::query || type == packet_type::list_request ||
         type == packet_type::watch || type == packet_type::unwatch;
}

bool decode_fields(std::span<const std::byte> packet, packet_type type,
                   dt_request& request) noexcept {
  if (type == packet_type::query) return decode_query(packet, request.emplace<query>());
  if (type == packet_type::watch) return decode_watch(packet, request.emplace<watch_request>());
  if (type == packet_type::unwatch) {
    return decode_unwatch(packet, request.emplace<unwatch_request>());
  }
  return decode_list_request(packet, request.emplace<list_request>());
}

// The packet at the front is whole: a request, or a fault after which the stream goes on.
decoded decode_whole(std::span<const std::byte> packet, const extended_header& header,
                     dt_request& request) noexcept {
  if (header.version != extended_version) {
    request = fault{header.id, error_code::unsupported_version, "this server speaks version 1"};
  } else if (!is_request(header.type)) {
    request =
        fault{header.id, error_code::unsupported_packet, "such packets are not answered here"};
  } else if (!decode_fields(packet, header.type, request)) {
    request =
        fault{header.id, error_code::malformed, "the packet's fields break the protocol's rules"};
  }
  return {decode_status::complete, packet.size()};
}

decoded decode_extended(std::span<const std::byte> in, dt_request& request) noexcept {
  if (in.size() < extended_header_size) return {decode_status::need_more, 0};
  input_cursor cursor(in);
  const extended_header header = take_header(cursor);
  if (header.length < extended_header_size) {
    return give_up(request, {header.id, error_code::malformed, "the length is below 12 bytes"});
  }
  if (header.length > request_size_max) {
    return give_up(request, {header.id, error_code::too_large, "a request has at most 1024 bytes"});
  }
  if (in.size() < header.length) return {decode_status::need_more, 0};
  return decode_whole(in.first(header.length), header, request);
}

}  // namespace

decoded decode_dt_request(std::span<const std::byte> in, std::uint16_t classic_magic,
                          dt_request& request) noexcept {
  if (in.size() < 2) return {decode_status::need_more, 0};
  input_cursor cursor(in);
  const auto magic = cursor.take<std::uint16_t>();
  if (magic != dt_magic && magic != classic_magic) return give_up(request, not_dt);
  if (in.size() < 4) return {decode_status::need_more, 0};
  const auto type = cursor.take<std::uint16_t>();
  if (magic == dt_magic && type >= first_extended) return decode_extended(in, request);
  classic_request classic{};
  const decoded result = decode_classic_request(in, classic_magic, classic);
  if (result.status == decode_status::malformed) {
    return give_up(request, type == classic_type ? not_classic : not_dt);
  }
  if (result.status == decode_status::complete) request = classic;
  return result;
}

std::size_t query_packet_size(std::span<const std::byte> in) noexcept {
  if (in.size() < extended_header_size) return 0;
  input_cursor cursor(in);
  const auto magic = cursor.take<std::uint16_t>();
  cursor = input_cursor(in);
  const extended_header header = take_header(cursor);
  const bool is_query =
      magic == dt_magic && header.type == packet_type::query && header.version == extended_version;
  const bool is_whole = header.length >= extended_header_size &&
                        header.length <= request_size_max && header.length <= in.size();
  return is_query && is_whole ? header.length : 0;
}

}  // namespace polyclock::protocol
