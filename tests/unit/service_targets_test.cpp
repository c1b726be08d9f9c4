#include "client/service_targets.hpp"

#include <cmath>
#include <map>
#include <utility>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using client::put_in_order;
using client::service_target;
using targets = std::vector<service_target>;

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

}  // namespace
}  // namespace polyclock::test
