#include "format/bounded_cache.hpp"

#include <memory>
#include <string>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using format::bounded_cache;

std::string name(int i) {
  return "name" + std::to_string(i);
}

TEST_CASE("a cache never grows beyond its size, and has the newest entries") {
  bounded_cache<int> cache(8);
  for (int i = 0; i < 1000; ++i) {
    CHECK(cache.insert(name(i), i) == i);
    CHECK(cache.size() <= 8);
  }
  CHECK(cache.find("name0") == nullptr);
  for (int i = 992; i < 1000; ++i) CHECK(cache.find(name(i)) != nullptr);
}

TEST_CASE("keys used twice outlive any number of keys used once") {
  bounded_cache<std::unique_ptr<int>> cache(8);
  for (int i = 0; i < 6; ++i) cache.insert(name(i), std::make_unique<int>(i));
  const int* const where = cache.find("name3")->get();
  for (int i = 0; i < 6; ++i) CHECK(cache.find(name(i)) != nullptr);
  for (int i = 100; i < 10'000; ++i) cache.insert(name(i), nullptr);
  for (int i = 0; i < 6; ++i) {
    const auto* const kept = cache.find(name(i));
    REQUIRE(kept != nullptr);
    CHECK(**kept == i);
  }
  CHECK(cache.find("name3")->get() == where);
  CHECK(cache.size() == 8);
}

TEST_CASE("names that are asked for again make way for later ones that are, oldest first") {
  bounded_cache<int> cache(8);
  for (int i = 0; i < 7; ++i) {
    cache.insert(name(i), i);
    CHECK(*cache.find(name(i)) == i);
  }
  for (int i = 100; i < 110; ++i) cache.insert(name(i), i);
  CHECK(cache.find("name0") == nullptr);
  for (int i = 1; i < 7; ++i) CHECK(cache.find(name(i)) != nullptr);
}

TEST_CASE("a cache of size one holds one entry") {
  bounded_cache<int> cache(1);
  cache.insert("a", 1);
  CHECK(*cache.find("a") == 1);
  cache.insert("b", 2);
  CHECK(cache.find("a") == nullptr);
  CHECK(*cache.find("b") == 2);
}

}  // namespace
}  // namespace polyclock::test
