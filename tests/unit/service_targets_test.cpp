#include "client/service_targets.hpp"

#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using client::parse_targets;
using client::put_in_order;
using client::service_target;
using targets = std::vector<service_target>;
using message = std::vector<unsigned char>;

std::string hosts(const targets& list) {
  std::string all;
  for (const service_target& one : list) all += one.host;
  return all;
}

bool is_near(double one, double other) {
  return std::abs(one - other) < 1e-9;
}

// The chance of each order, of all that a random source may draw.
std::map<std::string, double> chances(const targets& list) {
  std::map<std::string, double> found;
  std::vector<std::uint32_t> drawn;
  while (true) {
    double chance = 1;
    std::vector<std::uint32_t> lasts;
    targets ordered = list;
    put_in_order(ordered, [&](std::uint32_t last) {
      lasts.push_back(last);
      chance /= last + 1.0;
      if (drawn.size() < lasts.size()) drawn.push_back(0);
      return drawn[lasts.size() - 1];
    });
    found[hosts(ordered)] += chance;
    while (!drawn.empty() && drawn.back() == lasts[drawn.size() - 1]) drawn.pop_back();
    if (drawn.empty()) return found;
    ++drawn.back();
  }
}

double chance_of_first(const targets& list, char host) {
  double sum = 0;
  for (const auto& [order, chance] : chances(list)) sum += order.front() == host ? chance : 0;
  return sum;
}

TEST_CASE("targets of a lower priority value come first") {
  const targets list{{20, 9, 1, "a"}, {0, 1, 1, "b"}, {65535, 1, 1, "c"}, {10, 0, 1, "d"}};
  const auto found = chances(list);
  CHECK(found.size() == 1);
  CHECK(found.contains("bdac"));
}

TEST_CASE("targets of one priority come first in proportion to their weights") {
  const targets list{{1, 1, 1, "a"}, {1, 3, 1, "b"}, {1, 6, 1, "c"}};
  CHECK(is_near(chance_of_first(list, 'a'), 0.1));
  CHECK(is_near(chance_of_first(list, 'b'), 0.3));
  CHECK(is_near(chance_of_first(list, 'c'), 0.6));
  auto found = chances(list);
  CHECK(is_near(found["abc"], 0.1 * 3 / 9));
  CHECK(is_near(found["cab"], 0.6 * 1 / 4));
  CHECK(found.size() == 6);
}

TEST_CASE("each priority has its own weights") {
  auto found =
      chances({{2, 1, 1, "c"}, {1, 1, 1, "a"}, {2, 1, 1, "d"}, {1, 3, 1, "b"}, {3, 0, 1, "e"}});
  CHECK(found.size() == 4);
  CHECK(is_near(found["abcde"], 0.125));
  CHECK(is_near(found["badce"], 0.375));
}

TEST_CASE("a target without weight comes first at times") {
  // RFC 2782: zero, of the numbers from 0 to the sum.
  const targets list{{1, 3, 1, "a"}, {1, 0, 1, "b"}, {1, 6, 1, "c"}};
  CHECK(is_near(chance_of_first(list, 'a'), 0.3));
  CHECK(is_near(chance_of_first(list, 'b'), 0.1));
  CHECK(is_near(chance_of_first(list, 'c'), 0.6));
}

TEST_CASE("targets that all have no weight come in any order") {
  const auto found = chances({{1, 0, 1, "a"}, {1, 0, 1, "b"}, {1, 0, 1, "c"}});
  CHECK(found.size() == 6);
  for (const auto& [order, chance] : found) CHECK(is_near(chance, 1.0 / 6));
}

TEST_CASE("the sum of many weights is not cut off") {
  targets list(64, {1, 65535, 1, "a"});
  list.back().host = "z";
  std::vector<std::uint32_t> lasts;
  put_in_order(list, [&lasts](std::uint32_t last) { return lasts.push_back(last), last; });
  CHECK(lasts.front() == 64 * 65535 - 1);
  CHECK(lasts.back() == 65535 - 1);
  CHECK(list.front().host == "z");
}

void add(message& to, std::string_view bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

using namespace std::string_view_literals;

constexpr std::string_view question = "\2_p\4_tcp\1x\0\0\x21\0\1"sv;
constexpr std::string_view first_record =
    "\xc0\x0c\0\x21\0\1\0\0\0\1\0\x0b\0\1\0\2\x49\x7e\2ab\xc0\x14"sv;
constexpr std::string_view second_record = "\xc0\x0c\0\x21\0\1\0\0\0\1\0\7\xff\xff\xff\xfe\0\7\0"sv;

message reply(unsigned char code, std::initializer_list<std::string_view> records) {
  message made;
  add(made, "\0\1\x81"sv);
  made.push_back(static_cast<unsigned char>(0x80 | code));
  add(made, "\0\1\0"sv);
  made.push_back(static_cast<unsigned char>(records.size()));
  add(made, "\0\0\0\0"sv);
  add(made, question);
  for (const std::string_view record : records) add(made, record);
  return made;
}

std::string error_of(const message& given) {
  const auto parsed = parse_targets(given);
  return parsed ? "none" : parsed.error().message;
}

constexpr const char* malformed = "malformed answer from a name server";

TEST_CASE("SRV records are parsed, others beside them ignored") {
  constexpr std::string_view alias = "\xc0\x0c\0\5\0\1\0\0\0\1\0\2\xc0\x0c"sv;
  const auto parsed = parse_targets(reply(0, {alias, first_record, second_record}));
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 2);
  const service_target& first = parsed->front();
  CHECK(std::array{first.priority, first.weight, first.port} ==
        std::array<std::uint16_t, 3>{1, 2, 18814});
  CHECK(first.host == "ab.x");
  const service_target& last = parsed->back();
  CHECK(std::array{last.priority, last.weight, last.port} ==
        std::array<std::uint16_t, 3>{65535, 65534, 7});
  CHECK(last.host.empty());  // the root
  CHECK(parse_targets(reply(0, {}))->empty());
}

TEST_CASE("what a name server says instead of records is an error") {
  CHECK(error_of(reply(3, {})) == "no such name");
  CHECK(error_of(reply(2, {})) == "error 2 from a name server");
}

TEST_CASE("a malformed answer with SRV records is an error") {
  const message whole = reply(0, {first_record, second_record});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(error_of(message(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) ==
          malformed);
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      message changed = whole;
      changed[at] = static_cast<unsigned char>(value);
      static_cast<void>(parse_targets(changed));  // does not crash
    }
  }
  constexpr std::string_view without_name = "\xc0\x0c\0\x21\0\1\0\0\0\1\0\6\0\1\0\2\x49\x7e"sv;
  constexpr std::string_view behind_name =
      "\xc0\x0c\0\x21\0\1\0\0\0\1\0\x0a\0\1\0\2\x49\x7e\1a\0\0"sv;
  constexpr std::string_view endless_name =
      "\xc0\x0c\0\x21\0\1\0\0\0\1\0\x08\0\1\0\2\x49\x7e\xc0\x2a"sv;
  CHECK(error_of(reply(0, {without_name})) == malformed);
  CHECK(error_of(reply(0, {behind_name})) == malformed);
  CHECK(error_of(reply(0, {endless_name})) == malformed);
}

}  // namespace
}  // namespace polyclock::test
