#include <cstdint>
#include <string>

#include "base/ascii.hpp"
#include "base/bounded_text.hpp"
#include "base/edit_distance.hpp"
#include "base/parse_number.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

// Distances by hand, from the definition: inserted, dropped, replaced and swapped letters.
TEST_CASE("names differ by the letters to insert, drop, replace or swap") {
  CHECK(base::edit_distance("berlin", "BERLIN", 2) == 0);
  CHECK(base::edit_distance("", "", 0) == 0);
  CHECK(base::edit_distance("berln", "berlin", 2) == 1);
  CHECK(base::edit_distance("berliin", "berlin", 2) == 1);
  CHECK(base::edit_distance("bermin", "berlin", 2) == 1);
  CHECK(base::edit_distance("belrin", "berlin", 2) == 1);
  CHECK(base::edit_distance("ca", "abc", 3) == 3);  // no letter is moved twice
  CHECK(base::edit_distance("paris", "berlin", 9) == 4);
}

TEST_CASE("a distance beyond the maximum is cut short") {
  CHECK(base::edit_distance("paris", "berlin", 2) == 3);
  CHECK(base::edit_distance("a", "abcdefgh", 2) == 3);
  CHECK(base::edit_distance(std::string(65, 'a'), std::string(65, 'a'), 2) == 3);
  CHECK(base::edit_distance(std::string(64, 'a'), std::string(64, 'a'), 2) == 0);
}

TEST_CASE("a number is the whole text or none") {
  CHECK(base::parse_number<std::uint16_t>("65535") == 65535);
  CHECK(base::parse_number<int>("-12") == -12);
  CHECK(base::parse_number<unsigned>("ff", 16) == 255);
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "0x1", "65536", "-1", "1.0"}) {
    CAPTURE(text);
    CHECK_FALSE(base::parse_number<std::uint16_t>(text));
  }
}

TEST_CASE("only ASCII letters have a case") {
  CHECK(base::equal_ignoring_case("Pacific/AUCKLAND", "pacific/auckland"));
  CHECK_FALSE(base::equal_ignoring_case("[", "{"));
  CHECK_FALSE(base::equal_ignoring_case("Ä", "ä"));
  CHECK(base::less_ignoring_case("B", "c"));
  CHECK_FALSE(base::less_ignoring_case("c", "B"));
}

TEST_CASE("a bounded text holds what fits and tells what did not") {
  base::bounded_text<4> text;
  text << "ab"
       << "cde" << 'x';
  CHECK(text.view() == "abx");
  CHECK(text.overflowed());
  text = "abcd";
  CHECK(text.view() == "abcd");
  CHECK_FALSE(text.overflowed());
  text << 'e';
  CHECK(text.overflowed());
  text.clear();
  text.number(7, 3);
  CHECK(text.view() == "007");
}

}  // namespace
}  // namespace polyclock::test
