// Packets beyond the vectors: limits, texts, what encoders refuse.
#include <array>
#include <string>

#include "base/utf8.hpp"
#include "protocol/answer.hpp"
#include "protocol/classic.hpp"
#include "protocol/dt_reply.hpp"
#include "protocol/dt_request.hpp"
#include "protocol/query.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using protocol::classic_check;
using protocol::decode_status;

TEST_CASE("a classic response is checked in the contract's order") {
  const bytes good = from_hex("497e 0002 0001 07ea 0b 14 09 05 01 78");
  const auto check = [](const bytes& packet) {
    protocol::classic_response response{};
    return decode_classic_response(packet, protocol::dt_magic, response);
  };
  const auto with = [&](std::size_t position, const char* hex) {
    bytes packet = good;
    for (const std::byte octet : from_hex(hex)) packet.at(position++) = octet;
    return check(packet);
  };
  CHECK(check(good) == classic_check::valid);
  CHECK(check(first(good, 12)) == classic_check::too_short);
  CHECK(with(0, "497f 0003 0004") == classic_check::wrong_magic);
  CHECK(with(2, "0003 0004") == classic_check::wrong_type);
  CHECK(with(4, "0004 0834") == classic_check::wrong_language);
  CHECK(with(4, "0000") == classic_check::wrong_language);
  CHECK(with(6, "0834 0d") == classic_check::wrong_year);
  CHECK(with(6, "0833") == classic_check::valid);
  CHECK(with(8, "00") == classic_check::wrong_field);
  CHECK(with(9, "20") == classic_check::wrong_field);
  CHECK(with(10, "18") == classic_check::wrong_field);
  CHECK(with(11, "3c 02") == classic_check::wrong_field);
  CHECK(with(12, "02") == classic_check::wrong_length);
  CHECK(with(13, "07") == classic_check::wrong_text);
}

TEST_CASE("every wrong magic number, type and subject of a classic request is refused") {
  for (std::uint32_t value = 0; value <= 0xFFFF; ++value) {
    const std::array high_low{static_cast<std::byte>(value >> 8),
                              static_cast<std::byte>(value & 0xFF)};
    for (const std::size_t position : {0U, 2U, 4U}) {
      bytes packet = from_hex("497e 0001 0001");
      packet[position] = high_low[0];
      packet[position + 1] = high_low[1];
      const bool right = (position == 0 && value == protocol::dt_magic) ||
                         (position == 2 && value == 1) ||
                         (position == 4 && (value == 1 || value == 2));
      protocol::classic_request request{};
      const auto decoded = decode_classic_request(packet, protocol::dt_magic, request);
      REQUIRE((decoded.status == decode_status::complete) == right);
    }
  }
}

TEST_CASE("a classic response takes a text of 255 bytes and none of 256") {
  std::array<std::byte, 512> buffer{};
  const std::string text(256, 'x');
  protocol::classic_response response{protocol::dt_magic,
                                      protocol::classic_language::english,
                                      2026,
                                      1,
                                      1,
                                      0,
                                      0,
                                      std::string_view(text).substr(0, 255)};
  CHECK(encode(response, buffer) == 268);
  response.text = text;
  CHECK(encode(response, buffer) == 0);
}

TEST_CASE("a query of more than 1,024 bytes cannot be encoded") {
  std::array<std::byte, 4096> buffer{};
  protocol::query query;
  const std::string zone(1024 - 12 - 5 - 4, 'z');
  query.zone = zone;
  CHECK(encode(query, buffer) == 1024);
  const std::string longer = zone + "z";
  query.zone = longer;
  CHECK(encode(query, buffer) == 0);
}

TEST_CASE("a length of 65,535 is refused as soon as the header is here") {
  protocol::dt_request request;
  const auto query =
      decode_dt_request(from_hex("497e 0003 01 00 ffff 0000002a"), protocol::dt_magic, request);
  CHECK(query.status == decode_status::malformed);
  CHECK(std::get<protocol::fault>(request).code == protocol::error_code::too_large);
  CHECK(std::get<protocol::fault>(request).id == 42);
  protocol::dt_reply reply;
  CHECK(decode_dt_reply(from_hex("497e 0004 01 00 ffff 0000002a"), reply).status ==
        decode_status::malformed);
}

TEST_CASE("a listener with its own magic number takes classic packets with that one alone") {
  protocol::dt_request request;
  CHECK(decode_dt_request(from_hex("36fb 0001 0001"), 0x36FB, request).status ==
        decode_status::complete);
  CHECK(std::holds_alternative<protocol::classic_request>(request));
  CHECK(decode_dt_request(from_hex("497e 0001 0001"), 0x36FB, request).status ==
        decode_status::malformed);
  CHECK(decode_dt_request(from_hex("497e 0003 01 00 000c 00000001"), 0x36FB, request).status ==
        decode_status::complete);
  CHECK(std::holds_alternative<protocol::query>(request));
}

TEST_CASE("texts are well-formed UTF-8 without control characters") {
  using base::is_printable_utf8;
  for (const char* good : {"", "a", "~", "ā", "\u00A0", "\u200F", "\uFFFD", "\U0001F550"}) {
    CHECK(base::is_printable_utf8(good));
  }
  for (const char* bad :
       {"\n", "\x1b", "\x7f", "\x80", "\xc2", "\xc2\x9f", "\xc0\xaf", "\xe0\x80\xaf",
        "\xed\xa0\x80", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5", "a\xff"}) {
    CHECK_FALSE(base::is_printable_utf8(bad));
  }
  CHECK_FALSE(base::is_printable_utf8(std::string_view("\0", 1)));
}

}  // namespace
}  // namespace polyclock::test
