// Lists of names, page by page, and the zone that a mistyped name may have meant.
#include "service/name_list.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

#include "format/available_locales.hpp"
#include "service/suggestion.hpp"
#include "support/catch.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

using service::matches;

// Asks page after page, as the client does.
std::vector<std::string> listed(protocol::name_kind kind, std::string_view pattern,
                                std::size_t page_size) {
  const auto locales = format::available_locales();
  std::vector<std::string> names;
  for (int pages = 0; pages < 1000; ++pages) {
    std::array<std::byte, protocol::reply_size_max> out{};
    const std::string last = names.empty() ? "" : names.back();
    const std::size_t size = service::write_page({1, kind, pattern, last}, *zones(), locales,
                                                 std::span(out).first(page_size));
    protocol::name_page page;
    REQUIRE(decode_page(std::span(out).first(size), page));
    const bool more = page.more;
    for (auto name = next_name(page); !name.empty(); name = next_name(page))
      names.emplace_back(name);
    if (!more) break;
  }
  return names;
}

TEST_CASE("all zones and locales are listed once, whatever the pages' size") {
  for (const std::size_t page_size : {std::size_t{100}, protocol::reply_size_max}) {
    const auto all_zones = listed(protocol::name_kind::zones, "", page_size);
    CHECK(all_zones.size() == zones()->size());
    CHECK(std::set<std::string>(all_zones.begin(), all_zones.end()).size() == zones()->size());
    CHECK(listed(protocol::name_kind::locales, "", page_size) == format::available_locales());
  }
}

TEST_CASE("patterns choose among the names") {
  CHECK(listed(protocol::name_kind::zones, "EUROPE/BERLIN", 4096) ==
        std::vector<std::string>{"Europe/Berlin"});
  CHECK(listed(protocol::name_kind::locales, "mi*", 4096) ==
        std::vector<std::string>{"mi", "mi-NZ"});
  CHECK(matches("Europe/Berlin", "berl"));
  CHECK(matches("Europe/Berlin", "*/b?rlin"));
  CHECK(matches("Europe/Berlin", "*"));
  CHECK(matches("Europe/Berlin", "E**n"));
  CHECK_FALSE(matches("Europe/Berlin", "?erlin"));
  CHECK_FALSE(matches("Europe/Berlin", "Europe/Berlin?"));
  CHECK_FALSE(matches("Europe/Berlin", "Europe/Berlin Mitte"));
  CHECK_FALSE(matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "*a*a*a*a*a*a*a*a*a*a*a*b"));
}

TEST_CASE("a mistyped zone finds the one that was meant") {
  const auto nearest = [](std::string_view name) { return service::nearest_zone(*zones(), name); };
  CHECK(nearest("Europe/Kiyv") == "Europe/Kyiv");
  CHECK(nearest("Europe/Berln") == "Europe/Berlin");
  CHECK(nearest("berlin") == "Europe/Berlin");
  CHECK(nearest("pacific/aukland") == "Pacific/Auckland");
  CHECK(nearest("America/New York") == "America/New_York");
  for (const char* name : {"", "x", "Foo", "Mars/Olympus", "../../etc/passwd"}) {
    CHECK(nearest(name).empty());
  }
  CHECK(nearest(std::string(4096, 'x')).empty());
}

}  // namespace
}  // namespace polyclock::test
