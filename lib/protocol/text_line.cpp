#include "protocol/text_line.hpp"

#include <algorithm>
#include <cstdint>

#include "protocol/cursor.hpp"

namespace polyclock::protocol {
namespace {

// RFC 854: every command follows an IAC; option negotiation has one byte more, subnegotiation ends
// in IAC SE.
namespace telnet {
constexpr std::uint8_t subnegotiation_end = 240;
constexpr std::uint8_t subnegotiation = 250;
constexpr std::uint8_t will = 251;
constexpr std::uint8_t dont = 254;
constexpr std::uint8_t iac = 255;
}  // namespace telnet

std::uint8_t at(std::span<const std::byte> in, std::size_t index) {
  return std::to_integer<std::uint8_t>(in[index]);
}

// Size of the telnet command at the front of the input, which begins with IAC; all of the input
// where its end is not there yet.
std::size_t telnet_command_size(std::span<const std::byte> in) {
  if (in.size() < 2) return in.size();
  const std::uint8_t command = at(in, 1);
  if (command == telnet::subnegotiation) {
    for (std::size_t i = 2; i + 1 < in.size(); ++i) {
      if (at(in, i) != telnet::iac) continue;
      if (at(in, i + 1) == telnet::subnegotiation_end) return i + 2;
      ++i;  // an escaped 255
    }
    return in.size();
  }
  const bool negotiates = command >= telnet::will && command <= telnet::dont;
  return std::min<std::size_t>(in.size(), negotiates ? 3 : 2);
}

}  // namespace

decoded decode_text_line(std::span<const std::byte> in, text_line& line) noexcept {
  line.clear();
  std::size_t i = 0;
  while (i < in.size() && i <= text_line_size_max) {
    const char c = static_cast<char>(at(in, i));
    if (c == '\n' || c == '\r') return {decode_status::complete, i + 1};
    if (at(in, i) == telnet::iac) {
      i += telnet_command_size(in.subspan(i));
      continue;
    }
    if (c != '\0') line << c;  // telnet sends CR NUL for a CR alone
    ++i;
  }
  if (in.size() > text_line_size_max) return {decode_status::malformed, in.size()};
  return {decode_status::need_more, 0};
}

decoded decode_unended_line(std::span<const std::byte> in, text_line& line) noexcept {
  const decoded result = decode_text_line(in, line);
  if (result.status != decode_status::need_more) return result;
  return {decode_status::complete, in.size()};
}

std::size_t encode_line(std::string_view text, std::span<std::byte> out) noexcept {
  output_cursor cursor(out);
  cursor.put_text(text);
  cursor.put_text(line_end);
  return cursor.failed() ? 0 : cursor.size();
}

}  // namespace polyclock::protocol
