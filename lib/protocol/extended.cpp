#include "protocol/extended.hpp"

#include <algorithm>

namespace polyclock::protocol {
namespace {

constexpr std::size_t length_position = 6;

}  // namespace

extended_header take_header(input_cursor& cursor) noexcept {
  extended_header header{};
  cursor.take<std::uint16_t>();  // the magic number, which framing has checked
  header.type = static_cast<packet_type>(cursor.take<std::uint16_t>());
  header.version = cursor.take<std::uint8_t>();
  cursor.take<std::uint8_t>();  // zero when sent, ignored when received
  header.length = cursor.take<std::uint16_t>();
  header.id = cursor.take<std::uint32_t>();
  return header;
}

std::uint32_t packet_id(std::span<const std::byte> packet) noexcept {
  input_cursor cursor(packet);
  return take_header(cursor).id;
}

timestamp take_timestamp(input_cursor& cursor) noexcept {
  const auto seconds = cursor.take<std::int64_t>();
  return {seconds, cursor.take<std::uint32_t>()};
}

std::optional<field> take_field(input_cursor& cursor) noexcept {
  if (cursor.failed() || cursor.at_end()) return std::nullopt;
  const auto type = static_cast<field_type>(cursor.take<std::uint16_t>());
  const auto value = cursor.take_bytes(cursor.take<std::uint16_t>());
  if (cursor.failed()) return std::nullopt;
  return field{type, value};
}

void begin_packet(output_cursor& cursor, packet_type type, std::uint32_t id) noexcept {
  cursor.put(dt_magic);
  cursor.put(static_cast<std::uint16_t>(type));
  cursor.put(extended_version);
  cursor.put(std::uint8_t{0});
  cursor.put(std::uint16_t{0});
  cursor.put(id);
}

std::size_t finish_packet(output_cursor& cursor) noexcept {
  if (cursor.failed() || cursor.size() > reply_size_max) return 0;
  cursor.patch(length_position, static_cast<std::uint16_t>(cursor.size()));
  return cursor.size();
}

bool pad_packet(std::span<std::byte> out, std::size_t size) noexcept {
  if (size == out.size()) return true;
  if (size + field_header_size > out.size()) return false;
  const std::size_t padding = out.size() - size - field_header_size;
  output_cursor field(out.subspan(size));
  put_field_header(field, field_type::padding, padding);
  std::fill(out.end() - static_cast<std::ptrdiff_t>(padding), out.end(), std::byte{0});
  set_packet_length(out, out.size());
  return true;
}

void set_packet_length(std::span<std::byte> packet, std::size_t size) noexcept {
  output_cursor length(packet.subspan(length_position));
  length.put(static_cast<std::uint16_t>(size));
}

void put_timestamp(output_cursor& cursor, timestamp when) noexcept {
  cursor.put(when.seconds);
  cursor.put(when.nanoseconds);
}

void put_field_header(output_cursor& cursor, field_type type, std::size_t size) noexcept {
  cursor.put(static_cast<std::uint16_t>(type));
  cursor.put(static_cast<std::uint16_t>(size));
}

void put_text_field(output_cursor& cursor, field_type type, std::string_view text) noexcept {
  put_field_header(cursor, type, text.size());
  cursor.put_text(text);
}

}  // namespace polyclock::protocol
