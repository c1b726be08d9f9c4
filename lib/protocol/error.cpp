#include "protocol/error.hpp"

#include "base/utf8.hpp"

namespace polyclock::protocol {

std::size_t encode(const error& error, std::span<std::byte> out) noexcept {
  output_cursor cursor(out);
  begin_packet(cursor, packet_type::error, error.id);
  put_field_header(cursor, field_type::code, 2);
  cursor.put(static_cast<std::uint16_t>(error.code));
  put_text_field(cursor, field_type::message, error.message);
  return finish_packet(cursor);
}

bool decode_error(std::span<const std::byte> packet, error& error) noexcept {
  input_cursor cursor(packet);
  error = {};
  error.id = take_header(cursor).id;
  field_set seen;
  while (const auto field = take_field(cursor)) {
    const bool is_code = field->type == field_type::code;
    if (!is_code && field->type != field_type::message) continue;
    if (!seen.insert(field->type)) return false;
    input_cursor value(field->value);
    if (is_code)
      error.code = static_cast<error_code>(value.take<std::uint16_t>());
    else
      error.message = value.take_text(value.remaining());
    if (value.failed() || !value.at_end()) return false;
  }
  return !cursor.failed() && seen.contains(field_type::code) &&
         seen.contains(field_type::message) && !error.message.empty() &&
         base::is_printable_utf8(error.message);
}

std::string_view name_of(error_code code) noexcept {
  switch (code) {
    case error_code::malformed:
      return "malformed";
    case error_code::too_large:
      return "too_large";
    case error_code::unsupported_version:
      return "unsupported_version";
    case error_code::busy:
      return "busy";
    case error_code::unknown_zone:
      return "unknown_zone";
    case error_code::unknown_locale:
      return "unknown_locale";
    case error_code::unknown_style:
      return "unknown_style";
    case error_code::out_of_range:
      return "out_of_range";
    case error_code::unsupported_packet:
      return "unsupported_packet";
  }
  return "unknown";
}

}  // namespace polyclock::protocol
