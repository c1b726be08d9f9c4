#include "protocol/daytime.hpp"

#include <array>
#include <string_view>

#include "protocol/cursor.hpp"
#include "protocol/text_line.hpp"
#include "protocol/time_protocol.hpp"

namespace polyclock::protocol {
namespace {

constexpr std::array<std::string_view, 7> weekdays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void put_digits(output_cursor& cursor, unsigned value, unsigned highest, char filler) {
  for (unsigned unit = highest; unit > 0; unit /= 10) {
    const bool leading = value < unit && unit > 1;
    const char digit = static_cast<char>('0' + value / unit % 10);
    cursor.put(leading ? filler : digit);
  }
}

}  // namespace

std::size_t encode(const daytime_fields& fields, std::span<std::byte> out) noexcept {
  output_cursor cursor(out);
  cursor.put_text(weekdays[(fields.weekday - 1u) % weekdays.size()]);
  cursor.put(' ');
  cursor.put_text(months[(fields.month - 1u) % months.size()]);
  cursor.put(' ');
  put_digits(cursor, fields.day, 10, ' ');
  cursor.put(' ');
  put_digits(cursor, fields.hour, 10, '0');
  cursor.put(':');
  put_digits(cursor, fields.minute, 10, '0');
  cursor.put(':');
  put_digits(cursor, fields.second, 10, '0');
  cursor.put(' ');
  put_digits(cursor, fields.year, 1000, '0');
  cursor.put_text(line_end);
  return cursor.failed() ? 0 : cursor.size();
}

decoded decode_daytime(std::span<const std::byte> in, bool ended, std::string_view& line) noexcept {
  constexpr std::string_view blanks(" \t\r\n\0", 5);
  constexpr std::string_view ends("\r\n\0", 3);
  const std::string_view text(reinterpret_cast<const char*>(in.data()), in.size());
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return {ended ? decode_status::malformed : decode_status::need_more, 0};
  }
  const std::size_t end = text.find_first_of(ends, first);
  if (end == std::string_view::npos && !ended) return {decode_status::need_more, 0};
  line = text.substr(first, end - first);
  line = line.substr(0, line.find_last_not_of(blanks) + 1);
  return {decode_status::complete, in.size()};
}

bool may_be_reply(std::span<const std::byte> in) noexcept {
  if (in.size() == time_size) return true;
  constexpr std::size_t line_end_max = 2;
  const bool ends_line =
      !in.empty() && (in.back() == std::byte{'\n'} || in.back() == std::byte{'\r'});
  return in.size() > line_end_max && ends_line;
}

}  // namespace polyclock::protocol
