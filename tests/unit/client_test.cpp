#include "client/server_address.hpp"
#include "protocol/rfc3339.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using client::parse_server_address;
using protocol::format_instant;
using protocol::parse_instant;
using protocol::parsed_instant;
using protocol::timestamp;

TEST_CASE("instants in RFC 3339 are parsed") {
  CHECK(parse_instant("1970-01-01T00:00:00Z") == parsed_instant{{0, 0}});
  CHECK(parse_instant("2026-11-20T09:05:07Z") == parsed_instant{{1795165507, 0}});
  CHECK(parse_instant("2026-11-20 22:05:07.25+13:00") == parsed_instant{{1795165507, 250'000'000}});
  CHECK(parse_instant("2026-11-20t05:35:07-03:30") == parsed_instant{{1795165507, 0}});
  CHECK(parse_instant("1985-04-12T23:20:50.52Z") == parsed_instant{{482196050, 520'000'000}});
  CHECK(parse_instant("1996-12-19T16:39:57-08:00") == parsed_instant{{851042397, 0}});
  CHECK(parse_instant("1990-12-31T23:59:60Z") == parsed_instant{{662688000, 0}});
  CHECK(parse_instant("0001-01-01T00:00:00Z") == parsed_instant{{-62135596800, 0}});
  CHECK(parse_instant("2024-02-29T00:00:00.1234567899z") ==
        parsed_instant{{1709164800, 123'456'789}});
}

TEST_CASE("instants in seconds since 1970 are parsed") {
  CHECK(parse_instant("@0") == parsed_instant{{0, 0}});
  CHECK(parse_instant("@1795165507.5") == parsed_instant{{1795165507, 500'000'000}});
  CHECK(parse_instant("@-1") == parsed_instant{{-1, 0}});
  CHECK(parse_instant("@-0.25") == parsed_instant{{-1, 750'000'000}});
}

TEST_CASE("instants are parsed as people type them") {
  constexpr std::int64_t noon = 1782907200;  // 2026-07-01T12:00:00Z
  CHECK(parse_instant("2026-07-01") == parsed_instant{{noon - 43200, 0}, true});
  CHECK(parse_instant("2026-07-01 12:00") == parsed_instant{{noon, 0}, true});
  CHECK(parse_instant("2026-07-01T12:00:07.5") == parsed_instant{{noon + 7, 500'000'000}, true});
  CHECK(parse_instant("2026-07-01 12:00Z") == parsed_instant{{noon, 0}});
  CHECK(parse_instant("2026-07-01 14:00+0200") == parsed_instant{{noon, 0}});
  CHECK(parse_instant("2026-07-01 14:00:00 +0200") == parsed_instant{{noon, 0}});
  CHECK(parse_instant("2026-07-01 14:00:00+02") == parsed_instant{{noon, 0}});
  CHECK(parse_instant("2026-07-01 06:30:00-05:30") == parsed_instant{{noon, 0}});
  CHECK(parse_instant("2026-07-01+02:00") == parsed_instant{{noon - 43200 - 7200, 0}});
}

TEST_CASE("an invalid instant is rejected") {
  for (const char* text : {"",
                           "@",
                           "@-",
                           "@x",
                           "@1.",
                           "@1x",
                           "@--1",
                           "@99999999999999999999",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T09:60:00Z",
                           "2026-11-20T09:05:61Z",
                           "2026-11-20T09:05:07.Z",
                           "2026-11-20T09:05:07+24:00",
                           "2026-11-20T09:05:07Zx",
                           "2026-11-20 09:05 ",
                           "2026-11-20 09:05  Z",
                           "26-11-20T09:05:07Z",
                           "+2026-11-20T09:05:07Z"}) {
    INFO(text);
    CHECK_FALSE(parse_instant(text));
  }
}

TEST_CASE("instants are formatted in UTC without trailing zeros") {
  CHECK(format_instant({0, 0}).view() == "1970-01-01T00:00:00Z");
  CHECK(format_instant({1795165507, 250'000'000}).view() == "2026-11-20T09:05:07.25Z");
  CHECK(format_instant({-1, 999'999'999}).view() == "1969-12-31T23:59:59.999999999Z");
  CHECK(format_instant({253402300799, 0}).view() == "9999-12-31T23:59:59Z");
  CHECK(format_instant({253402300800, 0}).view() == "@253402300800");
}

TEST_CASE("server addresses are parsed in all their forms") {
  const auto name = [](const char* text) {
    const auto address = parse_server_address(text);
    return address ? address->name() : "none";
  };
  CHECK(name("example.org") == "example.org:18814");
  CHECK(name("example.org:13") == "example.org:13");
  CHECK(name("[::1]:13") == "[::1]:13");
  CHECK(name("[::1]") == "[::1]:18814");
  CHECK(name("::1") == "[::1]:18814");
  CHECK(name("unix:/run/polyclock/dt") == "unix:/run/polyclock/dt");
  CHECK(name("dt+unix:/run/polyclock/dt") == "unix:/run/polyclock/dt");
  CHECK(name("dt+tcp://127.0.0.1:9?locale=en") == "127.0.0.1:9");
  CHECK(name("[fe80::1%eth0]:9") == "[fe80::1%eth0]:9");
  CHECK(name("tls://example.org") == "tls://example.org:18843");
  CHECK(name("dt+tls://[::1]:9?cert=a&key=b") == "tls://[::1]:9");
  for (const char* text : {"", ":13", "host:", "host:0", "host:65536", "host:x", "[::1", "[]:1",
                           "[::1]x", "[::1]:", "unix:", "::1:18814", "http://host:1", "a b",
                           "[host]:1", "1:2:3", "tls://", "tls:host", "tls://tls://host"}) {
    INFO(text);
    CHECK(name(text) == "none");
  }
}

TEST_CASE("a service is a domain without port or path") {
  const auto service = parse_server_address("srv:example.org");
  REQUIRE(service);
  CHECK(service->is_service);
  CHECK(service->host == "example.org");
  CHECK(service->name() == "srv:example.org");
  const auto host = parse_server_address("srv:18815");
  REQUIRE(host);
  CHECK_FALSE(host->is_service);
  CHECK(host->name() == "srv:18815");
  for (const char* text : {"srv:", "srv:example.org:1", "srv:example.org/x", "srv:/x", "srv:[::1]",
                           "srv:a b", "srv:::1", "srv:99999"}) {
    INFO(text);
    CHECK_FALSE(parse_server_address(text));
  }
}

}  // namespace
}  // namespace polyclock::test
