#include "protocol/dt_reply.hpp"

#include "protocol/cursor.hpp"
#include "protocol/extended.hpp"

namespace polyclock::protocol {
namespace {

constexpr decoded malformed{decode_status::malformed, 0};

bool is_reply(packet_type type) noexcept {
  return type == packet_type::answer || type == packet_type::error ||
         type == packet_type::list_page;
}

bool decode_fields(std::span<const std::byte> packet, packet_type type, dt_reply& reply) noexcept {
  if (type == packet_type::answer) return decode_answer(packet, reply.emplace<answer>());
  if (type == packet_type::error) return decode_error(packet, reply.emplace<error>());
  return decode_page(packet, reply.emplace<name_page>());
}

}  // namespace

decoded decode_dt_reply(std::span<const std::byte> in, dt_reply& reply) noexcept {
  if (in.size() >= 2 && input_cursor(in).take<std::uint16_t>() != dt_magic) return malformed;
  if (in.size() < extended_header_size) return {decode_status::need_more, 0};
  input_cursor cursor(in);
  const extended_header header = take_header(cursor);
  if (!is_reply(header.type) || header.version != extended_version ||
      header.length < extended_header_size || header.length > reply_size_max) {
    return malformed;
  }
  if (in.size() < header.length) return {decode_status::need_more, 0};
  const auto packet = in.first(header.length);
  const bool valid = decode_fields(packet, header.type, reply);
  return valid ? decoded{decode_status::complete, packet.size()} : malformed;
}

}  // namespace polyclock::protocol
