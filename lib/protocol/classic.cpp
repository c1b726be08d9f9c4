#include "protocol/classic.hpp"

#include "base/utf8.hpp"
#include "protocol/cursor.hpp"

namespace polyclock::protocol {
namespace {

std::uint16_t number(packet_type type) noexcept {
  return static_cast<std::uint16_t>(type);
}

bool is_classic_subject(std::uint16_t value) noexcept {
  return value == 1 || value == 2;
}

bool is_language(std::uint16_t value) noexcept {
  return value >= 1 && value <= 3;
}

bool fields_in_range(const classic_response& response) noexcept {
  return response.month >= 1 && response.month <= 12 && response.day >= 1 && response.day <= 31 &&
         response.hour <= 23 && response.minute <= 59;
}

}  // namespace

std::size_t encode(const classic_request& request, std::span<std::byte> out) noexcept {
  output_cursor cursor(out);
  cursor.put(request.magic);
  cursor.put(number(packet_type::classic_request));
  cursor.put(static_cast<std::uint16_t>(request.what));
  return cursor.failed() ? 0 : cursor.size();
}

std::size_t encode(const classic_response& response, std::span<std::byte> out) noexcept {
  if (response.text.size() > classic_text_size_max) return 0;
  output_cursor cursor(out);
  cursor.put(response.magic);
  cursor.put(number(packet_type::classic_response));
  cursor.put(static_cast<std::uint16_t>(response.language));
  cursor.put(response.year);
  cursor.put(response.month);
  cursor.put(response.day);
  cursor.put(response.hour);
  cursor.put(response.minute);
  cursor.put(static_cast<std::uint8_t>(response.text.size()));
  cursor.put_text(response.text);
  return cursor.failed() ? 0 : cursor.size();
}

decoded decode_classic_request(std::span<const std::byte> in, std::uint16_t magic,
                               classic_request& request) noexcept {
  if (in.size() < classic_request_size) return {decode_status::need_more, 0};
  input_cursor cursor(in.first(classic_request_size));
  request.magic = cursor.take<std::uint16_t>();
  const auto type = cursor.take<std::uint16_t>();
  const auto what = cursor.take<std::uint16_t>();
  if (request.magic != magic || type != number(packet_type::classic_request) ||
      !is_classic_subject(what)) {
    return {decode_status::malformed, 0};
  }
  request.what = static_cast<subject>(what);
  return {decode_status::complete, classic_request_size};
}

classic_check decode_classic_response(std::span<const std::byte> packet, std::uint16_t magic,
                                      classic_response& response) noexcept {
  if (packet.size() < classic_header_size) return classic_check::too_short;
  input_cursor cursor(packet);
  response.magic = cursor.take<std::uint16_t>();
  if (response.magic != magic) return classic_check::wrong_magic;
  if (cursor.take<std::uint16_t>() != number(packet_type::classic_response)) {
    return classic_check::wrong_type;
  }
  const auto language = cursor.take<std::uint16_t>();
  if (!is_language(language)) return classic_check::wrong_language;
  response.language = static_cast<classic_language>(language);
  response.year = cursor.take<std::uint16_t>();
  if (response.year >= classic_year_end) return classic_check::wrong_year;
  response.month = cursor.take<std::uint8_t>();
  response.day = cursor.take<std::uint8_t>();
  response.hour = cursor.take<std::uint8_t>();
  response.minute = cursor.take<std::uint8_t>();
  if (!fields_in_range(response)) return classic_check::wrong_field;
  const auto text_size = cursor.take<std::uint8_t>();
  if (cursor.remaining() != text_size) return classic_check::wrong_length;
  response.text = cursor.take_text(text_size);
  return base::is_printable_utf8(response.text) ? classic_check::valid : classic_check::wrong_text;
}

std::size_t classic_response_size(std::span<const std::byte> in) noexcept {
  if (in.size() < classic_header_size) return 0;
  return classic_header_size + std::to_integer<std::size_t>(in[classic_header_size - 1]);
}

std::string_view describe(classic_check check) noexcept {
  switch (check) {
    case classic_check::valid:
      return "valid";
    case classic_check::too_short:
      return "shorter than 13 bytes";
    case classic_check::wrong_magic:
      return "wrong magic number";
    case classic_check::wrong_type:
      return "wrong packet type";
    case classic_check::wrong_language:
      return "unknown language code";
    case classic_check::wrong_year:
      return "year 2100 or later";
    case classic_check::wrong_field:
      return "a month, day, hour or minute out of range";
    case classic_check::wrong_length:
      return "length does not match the text";
    case classic_check::wrong_text:
      return "text is not printable UTF-8";
  }
  return "unknown";
}

}  // namespace polyclock::protocol
