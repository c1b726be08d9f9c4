#include "protocol/proxy_header.hpp"

#include <algorithm>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <optional>
#include <string_view>

#include "base/parse_number.hpp"
#include "protocol/cursor.hpp"

namespace polyclock::protocol {
namespace {

using namespace std::string_view_literals;

constexpr auto signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t fixed_size = 16;  // of version 2: up to the addresses

constexpr auto first_word = "PROXY "sv;
constexpr std::size_t line_size_max = proxy_header_decoded_max;
constexpr std::size_t line_size_min = "PROXY UNKNOWN\r\n"sv.size();

constexpr proxy_header malformed{};

proxy_header need(std::size_t size) {
  return {decode_status::need_more, size};
}

// Those of which one is a prefix of the other.
bool agree(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  return a.substr(0, size) == b.substr(0, size);
}

// Version 2: two bytes, the size of what follows, then addresses and other fields.
proxy_header decode_binary(std::span<const std::byte> in) {
  if (in.size() < fixed_size) return need(fixed_size);
  input_cursor cursor(in.subspan(signature.size()));
  const auto version_and_command = cursor.take<std::uint8_t>();
  const auto family = cursor.take<std::uint8_t>();
  const std::size_t rest = cursor.take<std::uint16_t>();
  const proxy_header without_address{decode_status::complete, fixed_size + rest};
  if (version_and_command == 0x20) return without_address;  // LOCAL
  if (version_and_command != 0x21) return malformed;
  if (family >> 4 > 3 || (family & 0xF) > 2) return malformed;
  if (family != 0x11 && family != 0x21) return without_address;
  const std::size_t address_size = family == 0x11 ? 4 : 16;
  const std::size_t needed = 2 * (address_size + 2);
  if (rest < needed) return malformed;
  if (in.size() < fixed_size + needed) return need(fixed_size + needed);
  proxy_header header = without_address;
  const auto address = cursor.take_bytes(address_size);
  std::transform(address.begin(), address.end(), header.source.bytes.begin(),
                 [](std::byte one) { return std::to_integer<unsigned char>(one); });
  header.source.size = static_cast<std::uint8_t>(address_size);
  cursor.take_bytes(address_size);  // the proxy's own
  header.port = cursor.take<std::uint16_t>();
  return header;
}

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

template <typename Parsed>
std::optional<peer_address> address_of(const Parsed& parsed) {
  if (!parsed) return std::nullopt;
  const auto bytes = parsed->to_bytes();
  peer_address address;
  address.size = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

std::optional<peer_address> parse_address(std::string_view text, bool is_v4) {
  return is_v4 ? address_of(boost::urls::parse_ipv4_address(text))
               : address_of(boost::urls::parse_ipv6_address(text));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.size() > 1 && text.starts_with('0')) return std::nullopt;
  return base::parse_number<std::uint16_t>(text, 10);
}

// Version 1, behind its first word and without its end.
proxy_header decode_words(std::string_view rest, std::size_t size) {
  proxy_header header{decode_status::complete, size};
  const std::string_view kind = take_word(rest);
  if (kind == "UNKNOWN") return header;
  if (kind != "TCP4" && kind != "TCP6") return malformed;
  if (std::count(rest.begin(), rest.end(), ' ') != 3) return malformed;
  const auto source = parse_address(take_word(rest), kind == "TCP4");
  const auto own = parse_address(take_word(rest), kind == "TCP4");
  const auto port = parse_port(take_word(rest));
  if (!source || !own || !port || !parse_port(rest)) return malformed;
  header.source = *source;
  header.port = *port;
  return header;
}

// Version 1: a line. Its end is looked for in few steps that do not go beyond it.
proxy_header decode_line(std::string_view in) {
  const std::size_t line_end = in.find('\n');
  if (line_end != std::string_view::npos) {
    const std::string_view line = in.substr(0, line_end);
    if (!line.ends_with('\r')) return malformed;
    return decode_words(line.substr(0, line.size() - 1).substr(first_word.size()), line_end + 1);
  }
  const std::size_t next = in.size() + (in.ends_with('\r') ? 1 : 2);
  if (next > line_size_max) return malformed;
  return need(std::max(next, line_size_min));
}

}  // namespace

proxy_header decode_proxy_header(std::span<const std::byte> in) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(in.data()), in.size());
  if (text.empty()) return need(line_size_min);
  if (agree(text, signature)) return decode_binary(in);
  return agree(text, first_word) ? decode_line(text) : malformed;
}

}  // namespace polyclock::protocol
