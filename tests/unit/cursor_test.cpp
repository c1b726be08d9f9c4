#include "protocol/cursor.hpp"

#include <array>
#include <limits>

#include "support/bytes.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using protocol::input_cursor;
using protocol::output_cursor;

TEST_CASE("an input cursor reads big-endian integers of every width") {
  const bytes in = from_hex("01 0203 04050607 FFFFFFFFFFFFFFFE");
  input_cursor cursor(in);
  CHECK(cursor.take<std::uint8_t>() == 0x01);
  CHECK(cursor.take<std::uint16_t>() == 0x0203);
  CHECK(cursor.take<std::uint32_t>() == 0x04050607);
  CHECK(cursor.take<std::int64_t>() == -2);
  CHECK(cursor.at_end());
  CHECK_FALSE(cursor.failed());
}

TEST_CASE("an input cursor that was asked for too much fails for good") {
  const bytes in = from_hex("01 02 03");
  input_cursor cursor(in);
  CHECK(cursor.take<std::uint32_t>() == 0);
  CHECK(cursor.failed());
  CHECK(cursor.take<std::uint8_t>() == 0);
  CHECK(cursor.take_bytes(std::numeric_limits<std::size_t>::max()).empty());
  CHECK(cursor.take_text(1).empty());
}

TEST_CASE("an output cursor writes big-endian integers and texts") {
  std::array<std::byte, 16> buffer{};
  output_cursor cursor(buffer);
  cursor.put(std::uint8_t{1});
  cursor.put(std::uint16_t{0x0203});
  cursor.put(std::int32_t{-2});
  cursor.put_text("ab");
  cursor.patch(1, 0xBEEF);
  CHECK(first(buffer, cursor.size()) == from_hex("01 BEEF FFFFFFFE 6162"));
}

TEST_CASE("an output cursor never writes beyond its space") {
  std::array<std::byte, 3> buffer{};
  output_cursor cursor(buffer);
  cursor.put(std::uint16_t{0x0102});
  cursor.put(std::uint16_t{0x0304});
  CHECK(cursor.failed());
  cursor.put(std::uint8_t{5});
  cursor.put_text("x");
  CHECK(cursor.size() == 2);
  CHECK(buffer[2] == std::byte{0});
}

}  // namespace
}  // namespace polyclock::test
