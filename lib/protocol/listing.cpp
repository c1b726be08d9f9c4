#include "protocol/listing.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace polyclock::protocol {
namespace {

constexpr std::size_t more_field_size = field_header_size + 1;

bool is_kind(std::uint8_t number) noexcept {
  const auto kind = static_cast<name_kind>(number);
  return kind == name_kind::zones || kind == name_kind::locales || kind == name_kind::statistics;
}

bool read_byte(const field& field, std::uint8_t min, std::uint8_t max,
               std::uint8_t& value) noexcept {
  input_cursor cursor(field.value);
  value = cursor.take<std::uint8_t>();
  return !cursor.failed() && cursor.at_end() && value >= min && value <= max;
}

bool read_field(const field& field, list_request& request, field_set& seen) noexcept {
  std::uint8_t number = 0;
  switch (field.type) {
    case field_type::names:
      if (!read_byte(field, 1, 4, number) || !is_kind(number)) return false;
      request.kind = static_cast<name_kind>(number);
      break;
    case field_type::pattern:
      request.pattern = text_of(field);
      break;
    case field_type::after:
      request.after = text_of(field);
      break;
    default:
      return true;  // skipped
  }
  return seen.insert(field.type);
}

}  // namespace

std::size_t encode(const list_request& request, std::span<std::byte> out) noexcept {
  output_cursor cursor(out.first(std::min(out.size(), request_size_max)));
  begin_packet(cursor, packet_type::list_request, request.id);
  put_field_header(cursor, field_type::names, 1);
  cursor.put(static_cast<std::uint8_t>(request.kind));
  if (!request.pattern.empty()) put_text_field(cursor, field_type::pattern, request.pattern);
  if (!request.after.empty()) put_text_field(cursor, field_type::after, request.after);
  return finish_packet(cursor);
}

bool decode_list_request(std::span<const std::byte> packet, list_request& request) noexcept {
  input_cursor cursor(packet);
  request = {};
  request.id = take_header(cursor).id;
  field_set seen;
  while (const auto field = take_field(cursor)) {
    if (!read_field(*field, request, seen)) return false;
  }
  return !cursor.failed() && seen.contains(field_type::names);
}

page_writer::page_writer(std::span<std::byte> out, std::uint32_t id) noexcept
    : cursor_(out.first(std::min(out.size(), reply_size_max))) {
  begin_packet(cursor_, packet_type::list_page, id);
}

bool page_writer::add(std::string_view name) noexcept {
  if (field_header_size + name.size() + more_field_size > cursor_.remaining()) return false;
  put_text_field(cursor_, field_type::name, name);
  return true;
}

std::size_t page_writer::finish(bool more) noexcept {
  put_field_header(cursor_, field_type::more, 1);
  cursor_.put(static_cast<std::uint8_t>(more));
  return finish_packet(cursor_);
}

bool decode_page(std::span<const std::byte> packet, name_page& page) noexcept {
  input_cursor cursor(packet);
  page = {};
  page.id = take_header(cursor).id;
  page.names = packet.subspan(extended_header_size);
  field_set seen;
  std::uint8_t more = 0;
  while (const auto field = take_field(cursor)) {
    if (field->type == field_type::name) {
      if (field->value.empty() || !base::is_printable_utf8(text_of(*field))) return false;
    } else if (field->type == field_type::more) {
      if (!seen.insert(field->type) || !read_byte(*field, 0, 1, more)) return false;
    }
  }
  page.more = more == 1;
  return !cursor.failed() && seen.contains(field_type::more);
}

std::string_view next_name(name_page& page) noexcept {
  input_cursor cursor(page.names);
  while (const auto field = take_field(cursor)) {
    page.names = page.names.last(cursor.remaining());
    if (field->type == field_type::name) return text_of(*field);
  }
  return {};
}

}  // namespace polyclock::protocol
