// Headers of the PROXY protocol, well formed and not, and that reading one never goes beyond its end.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/proxy_header.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using protocol::decode_proxy_header;
using protocol::decode_status;
using protocol::proxy_header;
using namespace std::string_literals;

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string words(const protocol::peer_address& address) {
  std::string text;
  for (std::size_t i = 0; i < address.size; ++i) {
    text += (i == 0 ? "" : ".") + std::to_string(address.bytes[i]);
  }
  return text;
}

struct read_header {
  proxy_header header;
  std::size_t read = 0;  // bytes taken from the input
};

// As a listener reads it: never more than the decoder asks for, at most `piece` bytes at a time.
read_header read(const std::string& in, std::size_t piece) {
  read_header result{decode_proxy_header({})};
  while (result.header.status == decode_status::need_more && result.read < in.size()) {
    REQUIRE(result.header.size > result.read);
    result.read = std::min({result.header.size, result.read + piece, in.size()});
    result.header = decode_proxy_header(from_text(in.substr(0, result.read)));
  }
  return result;
}

// What a header tells, however it is cut, with a request behind it.
std::string told(const std::string& header) {
  const read_header whole = read(header + "request", 1000);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 13U}) {
    CHECK(read(header + "request", piece).header.status == whole.header.status);
  }
  if (whole.header.status == decode_status::malformed) return "malformed";
  if (whole.header.status == decode_status::need_more) return "need more";
  CHECK(whole.header.size == header.size());
  CHECK(whole.read <= header.size());
  CHECK(whole.read <= protocol::proxy_header_decoded_max);
  const auto& source = whole.header.source;
  return source.size == 0 ? "none" : words(source) + " " + std::to_string(whole.header.port);
}

std::string binary(const std::string& head, const std::string& rest) {
  const auto size = rest.size();
  return signature + head + static_cast<char>(size >> 8) + static_cast<char>(size & 0xFF) + rest;
}

const std::string v4_addresses = "\xC0\x00\x02\x07\x0A\x00\x00\x01\x30\x39\x49\x7E"s;

TEST_CASE("a PROXY header of version 1 tells the client's address") {
  CHECK(told("PROXY TCP4 192.0.2.7 10.0.0.1 12345 18814\r\n") == "192.0.2.7 12345");
  CHECK(told("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n") == "0.0.0.0 0");
  CHECK(told("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n") == "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1 1");
  CHECK(told("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n")
            .ends_with(".255 65535"));
  CHECK(told("PROXY UNKNOWN\r\n") == "none");
  CHECK(told("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n") == "none");
}

TEST_CASE("a PROXY header of version 2 tells the client's address") {
  CHECK(told(binary("\x21\x11", v4_addresses)) == "192.0.2.7 12345");
  CHECK(told(binary("\x21\x11", v4_addresses + "\x04\x00\x05"s + "noop!")) == "192.0.2.7 12345");
  const std::string v6 = std::string(15, '\0') + "\x01" + std::string(16, '\xFF') + "\x00\x25"s;
  CHECK(told(binary("\x21\x21", v6 + "\x00\x25"s)) == "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1 37");
  CHECK(told(binary("\x20\x00"s, "")) == "none");                    // LOCAL
  CHECK(told(binary("\x20\x11"s, v4_addresses)) == "none");          // LOCAL
  CHECK(told(binary("\x21\x00"s, "")) == "none");                    // of no family
  CHECK(told(binary("\x21\x31", std::string(216, '/'))) == "none");  // of a Unix socket
  CHECK(told(binary("\x21\x12", v4_addresses)) == "none");           // of datagrams
  CHECK(told(binary("\x21\x11", v4_addresses + std::string(65'523, 'x'))) == "192.0.2.7 12345");
}

TEST_CASE("what is no PROXY header is malformed at once") {
  for (const std::string& in : {
           "G"s,
           "I~"s,
           "\r\n\r\n\r"s,
           "PROXY\tTCP4"s,
           "proxy TCP4 192.0.2.7 10.0.0.1 12345 18814\r\n"s,
           "PROXY TCP4 192.0.2.7 10.0.0.1 12345 18814\n"s,
           "PROXY TCP4 192.0.2.7 10.0.0.1 12345\r\n"s,
           "PROXY TCP4 192.0.2.7 10.0.0.1 12345 18814 1\r\n"s,
           "PROXY TCP4  192.0.2.7 10.0.0.1 12345 18814\r\n"s,
           "PROXY TCP4 192.0.2.256 10.0.0.1 12345 18814\r\n"s,
           "PROXY TCP4 192.0.2.7 ::1 12345 18814\r\n"s,
           "PROXY TCP4 192.0.2.7 10.0.0.1 65536 18814\r\n"s,
           "PROXY TCP4 192.0.2.7 10.0.0.1 12345 018814\r\n"s,
           "PROXY TCP4 192.0.2.7 10.0.0.1 -1 18814\r\n"s,
           "PROXY TCP6 192.0.2.7 10.0.0.1 12345 18814\r\n"s,
           "PROXY TCP6 fe80::1%lo ::1 12345 18814\r\n"s,
           "PROXY UDP4 192.0.2.7 10.0.0.1 12345 18814\r\n"s,
           "PROXY UNKNOWNS\r\n"s,
           "PROXY UNKNOWN " + std::string(100, 'x') + "\r\n",
           "PROXY TCP4 " + std::string(3, '\0') + " 10.0.0.1 12345 18814\r\n",
           binary("\x11\x11", v4_addresses),
           binary("\x22\x11", v4_addresses),
           binary("\x21\x41", v4_addresses),
           binary("\x21\x13", v4_addresses),
           binary("\x21\x11", v4_addresses.substr(1)),
           binary("\x21\x21", v4_addresses),
       }) {
    INFO(in);
    CHECK(told(in) == "malformed");
  }
}

}  // namespace
}  // namespace polyclock::test
