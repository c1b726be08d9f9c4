#include "protocol/daytime.hpp"

#include <array>

#include "protocol/cursor.hpp"

namespace polyclock::protocol {
namespace {

constexpr std::array<std::string_view, 7> weekdays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view line_end = "\r\n";

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

std::size_t encode_daytime_text(std::string_view text, std::span<std::byte> out) noexcept {
  output_cursor cursor(out);
  cursor.put_text(text);
  cursor.put_text(line_end);
  return cursor.failed() ? 0 : cursor.size();
}

}  // namespace polyclock::protocol
