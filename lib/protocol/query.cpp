#include "protocol/query.hpp"

#include <algorithm>

namespace polyclock::protocol {
namespace {

bool read_what(input_cursor value, query& query) noexcept {
  const auto number = value.take<std::uint8_t>();
  query.what = static_cast<subject>(number);
  return !value.failed() && value.at_end() && number >= 1 && number <= 3;
}

bool read_instant(input_cursor value, query& query) noexcept {
  query.instant = take_timestamp(value);
  return !value.failed() && value.at_end() && query.instant->nanoseconds < 1'000'000'000;
}

bool read_ascii(input_cursor value, query& query) noexcept {
  const auto number = value.take<std::uint8_t>();
  query.ascii = number == 1;
  return !value.failed() && value.at_end() && number <= 1;
}

bool read_ahead(input_cursor value, query& query) noexcept {
  query.ahead = value.take<std::uint8_t>();
  return !value.failed() && value.at_end() && query.ahead >= 1 && query.ahead <= ahead_max;
}

bool read_locale(const field& field, query& query) noexcept {
  if (query.locale_count == query_locales_max) return false;
  query.locales[query.locale_count++] = text_of(field);
  return true;
}

bool read_field(const field& field, query& query) noexcept {
  switch (field.type) {
    case field_type::what:
      return read_what(input_cursor(field.value), query);
    case field_type::style:
      query.style = text_of(field);
      return !query.style.empty();
    case field_type::locale:
      return read_locale(field, query);
    case field_type::zone:
      query.zone = text_of(field);
      return true;
    case field_type::instant:
      return read_instant(input_cursor(field.value), query);
    case field_type::ascii:
      return read_ascii(input_cursor(field.value), query);
    case field_type::ahead:
      return read_ahead(input_cursor(field.value), query);
    default:
      return true;  // skipped
  }
}

bool stands_once(field_type type) noexcept {
  switch (type) {
    case field_type::what:
    case field_type::style:
    case field_type::zone:
    case field_type::instant:
    case field_type::ascii:
    case field_type::ahead:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::size_t encode(const query& query, std::span<std::byte> out, packet_type type) noexcept {
  output_cursor cursor(out.first(std::min(out.size(), request_size_max)));
  begin_packet(cursor, type, query.id);
  put_field_header(cursor, field_type::what, 1);
  cursor.put(static_cast<std::uint8_t>(query.what));
  if (!query.style.empty()) put_text_field(cursor, field_type::style, query.style);
  for (const std::string_view locale : query.locale_list()) {
    put_text_field(cursor, field_type::locale, locale);
  }
  if (query.zone) put_text_field(cursor, field_type::zone, *query.zone);
  if (query.instant) {
    put_field_header(cursor, field_type::instant, 12);
    put_timestamp(cursor, *query.instant);
  }
  if (query.ascii) {
    put_field_header(cursor, field_type::ascii, 1);
    cursor.put(std::uint8_t{1});
  }
  if (query.ahead > 0) {
    put_field_header(cursor, field_type::ahead, 1);
    cursor.put(query.ahead);
  }
  return finish_packet(cursor);
}

bool decode_query(std::span<const std::byte> packet, query& query) noexcept {
  input_cursor cursor(packet);
  query = {};
  query.id = take_header(cursor).id;
  field_set seen;
  while (const auto field = take_field(cursor)) {
    if (stands_once(field->type) && !seen.insert(field->type)) return false;
    if (!read_field(*field, query)) return false;
  }
  return !cursor.failed();
}

}  // namespace polyclock::protocol
