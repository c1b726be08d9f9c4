#include "protocol/answer.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"

namespace polyclock::protocol {
namespace {

constexpr std::size_t timestamp_size = 12;
constexpr std::size_t civil_size = 13;
constexpr std::size_t offset_size = 5;  // and the abbreviation
constexpr std::size_t clock_size = 10;

constexpr std::array required_fields{
    field_type::what,    field_type::style, field_type::locale, field_type::zone,
    field_type::instant, field_type::text,  field_type::civil,  field_type::direction,
    field_type::offset,  field_type::clock,
};

// --- writing ---

void put_civil(output_cursor& cursor, const civil_fields& civil) noexcept {
  put_field_header(cursor, field_type::civil, civil_size);
  cursor.put(civil.year);
  cursor.put(civil.month);
  cursor.put(civil.day);
  cursor.put(civil.hour);
  cursor.put(civil.minute);
  cursor.put(civil.second);
  cursor.put(civil.weekday);
  cursor.put(civil.day_of_year);
  cursor.put(civil.iso_year);
  cursor.put(civil.iso_week);
}

void put_offset(output_cursor& cursor, const offset_fields& offset) noexcept {
  cursor.put(offset.seconds);
  cursor.put(static_cast<std::uint8_t>(offset.dst));
  cursor.put_text(offset.abbreviation);
}

void put_clock(output_cursor& cursor, const clock_fields& clock) noexcept {
  put_field_header(cursor, field_type::clock, clock_size);
  cursor.put(static_cast<std::uint8_t>(clock.synchronized));
  cursor.put(clock.leap_indicator);
  cursor.put(clock.estimated_error_us);
  cursor.put(clock.maximum_error_us);
}

void put_timestamp_field(output_cursor& cursor, field_type type, timestamp when) noexcept {
  put_field_header(cursor, type, timestamp_size);
  put_timestamp(cursor, when);
}

void put_byte_field(output_cursor& cursor, field_type type, std::uint8_t value) noexcept {
  put_field_header(cursor, type, 1);
  cursor.put(value);
}

void put_transition(output_cursor& cursor, const transition_fields& transition) noexcept {
  put_field_header(cursor, field_type::next_transition,
                   timestamp_size + offset_size + transition.to.abbreviation.size());
  put_timestamp(cursor, transition.instant);
  put_offset(cursor, transition.to);
}

// --- reading: each returns whether the value keeps the rules, its length included ---

bool used_up(const input_cursor& value) noexcept {
  return !value.failed() && value.at_end();
}

bool read_text(input_cursor value, std::string_view& text) noexcept {
  text = value.take_text(value.remaining());
  return !text.empty() && base::is_printable_utf8(text);
}

bool read_timestamp(input_cursor value, timestamp& when) noexcept {
  when = take_timestamp(value);
  return used_up(value) && when.nanoseconds < 1'000'000'000;
}

bool read_offset(input_cursor& value, offset_fields& offset) noexcept {
  offset.seconds = value.take<std::int32_t>();
  const auto dst = value.take<std::uint8_t>();
  offset.dst = dst == 1;
  const bool in_range = offset.seconds > -90000 && offset.seconds < 93600;  // RFC 9636
  return !value.failed() && in_range && dst <= 1 && read_text(value, offset.abbreviation);
}

bool read_transition(input_cursor value, std::optional<transition_fields>& transition) noexcept {
  auto& read = transition.emplace();
  read.instant = take_timestamp(value);
  return read.instant.nanoseconds < 1'000'000'000 && read_offset(value, read.to);
}

bool in_range(const civil_fields& civil) noexcept {
  return civil.year >= 1 && civil.year <= 9999 && civil.month >= 1 && civil.month <= 12 &&
         civil.day >= 1 && civil.day <= 31 && civil.hour <= 23 && civil.minute <= 59 &&
         civil.second <= 59 && civil.weekday >= 1 && civil.weekday <= 7 && civil.day_of_year >= 1 &&
         civil.day_of_year <= 366 && civil.iso_year <= 10000 && civil.iso_week >= 1 &&
         civil.iso_week <= 53;
}

bool read_civil(input_cursor value, civil_fields& civil) noexcept {
  civil.year = value.take<std::uint16_t>();
  civil.month = value.take<std::uint8_t>();
  civil.day = value.take<std::uint8_t>();
  civil.hour = value.take<std::uint8_t>();
  civil.minute = value.take<std::uint8_t>();
  civil.second = value.take<std::uint8_t>();
  civil.weekday = value.take<std::uint8_t>();
  civil.day_of_year = value.take<std::uint16_t>();
  civil.iso_year = value.take<std::uint16_t>();
  civil.iso_week = value.take<std::uint8_t>();
  return used_up(value) && in_range(civil);
}

bool read_clock(input_cursor value, clock_fields& clock) noexcept {
  const auto synchronized = value.take<std::uint8_t>();
  clock.synchronized = synchronized == 1;
  clock.leap_indicator = value.take<std::uint8_t>();
  clock.estimated_error_us = value.take<std::uint32_t>();
  clock.maximum_error_us = value.take<std::uint32_t>();
  return used_up(value) && synchronized <= 1 && clock.leap_indicator <= 3;
}

bool read_what(input_cursor value, subject& what) noexcept {
  const auto number = value.take<std::uint8_t>();
  what = static_cast<subject>(number);
  return used_up(value) && number >= 1 && number <= 3;
}

bool read_direction(input_cursor value, text_direction& direction) noexcept {
  const auto number = value.take<std::uint8_t>();
  direction = static_cast<text_direction>(number);
  return used_up(value) && number >= 1 && number <= 2;
}

bool is_listed(field_type type) noexcept {
  return (type >= field_type::what && type <= field_type::instant) ||
         (type >= field_type::text && type <= field_type::clock);
}

bool read_later(input_cursor value, later_text& later) noexcept {
  later.from = value.take<std::int64_t>();
  return !value.failed() && read_text(value, later.text);
}

bool read_field(const field& field, answer& answer) noexcept {
  input_cursor value(field.value);
  switch (field.type) {
    case field_type::what:
      return read_what(value, answer.what);
    case field_type::style:
      return read_text(value, answer.style);
    case field_type::locale:
      return read_text(value, answer.locale);
    case field_type::zone:
      return read_text(value, answer.zone);
    case field_type::instant:
      return read_timestamp(value, answer.instant);
    case field_type::text:
      return read_text(value, answer.text);
    case field_type::direction:
      return read_direction(value, answer.direction);
    case field_type::civil:
      return read_civil(value, answer.civil);
    case field_type::offset:
      return read_offset(value, answer.offset);
    case field_type::valid_until:
      return read_timestamp(value, answer.valid_until.emplace());
    case field_type::next_transition:
      return read_transition(value, answer.next_transition);
    case field_type::tz_version:
      return read_text(value, answer.tz_version);
    case field_type::later: {
      later_text ignored;
      return read_later(value, ignored);
    }
    case field_type::clock:
      return read_clock(value, answer.clock);
    default:
      return true;  // skipped
  }
}

}  // namespace

std::size_t encode(const answer& answer, std::span<std::byte> out) noexcept {
  output_cursor cursor(out.first(std::min(out.size(), reply_size_max)));
  begin_packet(cursor, packet_type::answer, answer.id);
  put_text_field(cursor, field_type::text, answer.text);
  put_text_field(cursor, field_type::locale, answer.locale);
  put_byte_field(cursor, field_type::direction, static_cast<std::uint8_t>(answer.direction));
  put_text_field(cursor, field_type::style, answer.style);
  put_byte_field(cursor, field_type::what, static_cast<std::uint8_t>(answer.what));
  put_timestamp_field(cursor, field_type::instant, answer.instant);
  put_civil(cursor, answer.civil);
  put_text_field(cursor, field_type::zone, answer.zone);
  put_field_header(cursor, field_type::offset, offset_size + answer.offset.abbreviation.size());
  put_offset(cursor, answer.offset);
  if (answer.valid_until) {
    put_timestamp_field(cursor, field_type::valid_until, *answer.valid_until);
  }
  if (answer.next_transition) put_transition(cursor, *answer.next_transition);
  if (!answer.tz_version.empty()) put_text_field(cursor, field_type::tz_version, answer.tz_version);
  put_clock(cursor, answer.clock);
  return finish_packet(cursor);
}

std::size_t append_later(std::span<std::byte> out, std::size_t size,
                         const later_text& text) noexcept {
  output_cursor cursor(out.first(std::min(out.size(), reply_size_max)).subspan(size));
  put_field_header(cursor, field_type::later, sizeof text.from + text.text.size());
  cursor.put(text.from);
  cursor.put_text(text.text);
  if (cursor.failed()) return 0;
  const std::size_t all = size + cursor.size();
  set_packet_length(out, all);
  return all;
}

std::optional<later_text> next_later(answer& answer) noexcept {
  input_cursor cursor(answer.later);
  while (const auto field = take_field(cursor)) {
    answer.later = answer.later.last(cursor.remaining());
    later_text found;
    if (field->type == field_type::later && read_later(input_cursor(field->value), found)) {
      return found;
    }
  }
  return std::nullopt;
}

bool decode_answer(std::span<const std::byte> packet, answer& answer) noexcept {
  input_cursor cursor(packet);
  answer = {};
  answer.id = take_header(cursor).id;
  field_set seen;
  answer.later = packet.subspan(extended_header_size);
  while (const auto field = take_field(cursor)) {
    if (is_listed(field->type) && !seen.insert(field->type)) return false;
    if (!read_field(*field, answer)) return false;
  }
  return !cursor.failed() && std::all_of(required_fields.begin(), required_fields.end(),
                                         [&](field_type type) { return seen.contains(type); });
}

}  // namespace polyclock::protocol
