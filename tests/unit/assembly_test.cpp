#include "assembly.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "config/load.hpp"
#include "listeners.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

const zone_snapshot& zones() {
  static const zone_snapshot loaded = load_zones({});
  return loaded;
}

const daemon::passed_sockets& no_sockets() {
  static const daemon::passed_sockets none;
  return none;
}

config::settings listening_on(const std::vector<std::string>& urls) {
  config::settings settings;
  settings.zone = "UTC";
  for (const std::string& text : urls) {
    auto url = config::parse_listener_url(text);
    REQUIRE(url.has_value());
    url->origin = "line " + std::to_string(settings.listen.size() + 1);
    settings.listen.push_back(std::move(*url));
  }
  return effective_settings(std::move(settings), zones(), no_sockets());
}

TEST_CASE("without listeners the default port of both loopback addresses is used") {
  const config::settings settings = listening_on({});
  REQUIRE(settings.listen.size() == 2);
  CHECK(settings.listen[0].text == "dt+tcp://127.0.0.1:18814");
  CHECK(settings.listen[1].text == "dt+tcp://[::1]:18814");
  CHECK(check(settings, {}, zones(), {format::word_set::built_in(), {}}).empty());
}

TEST_CASE("each value that cannot be used is an error with its place") {
  const config::settings settings = listening_on(
      {"dt+tcp://127.0.0.1:1", "daytime+tcp://127.0.0.1:1?locale=xx", "dt+udp://127.0.0.1:1",
       "time+udp://127.0.0.1:2?allow=10.0.0.1/8", "dt+tcp://127.0.0.1:0", "dt+tcp://127.0.0.1:0"});
  const config::diagnostics errors =
      check(settings, {}, zones(), {format::word_set::built_in(), {}});
  CHECK(errors ==
        config::diagnostics{
            "line 2: listen: 'daytime+tcp://127.0.0.1:1?locale=xx': unknown locale 'xx'",
            "line 2: listen: 'daytime+tcp://127.0.0.1:1?locale=xx': same address as the listener "
            "at line 1",
            "line 4: listen: 'time+udp://127.0.0.1:2?allow=10.0.0.1/8': allow '10.0.0.1/8' is "
            "not a CIDR block such as 192.0.2.0/24, or host bits are set"});
}

TEST_CASE("a directory without time zones is an error where it was asked for") {
  config::settings settings = listening_on({});
  settings.zoneinfo = "/nonexistent";
  const config::origins origins{{"zoneinfo", "command line"}};
  const config::diagnostics errors =
      check(settings, origins, load_zones(settings), {format::word_set::built_in(), {}});
  REQUIRE(errors.size() == 1);
  CHECK(errors[0] ==
        "command line: zoneinfo: /nonexistent: no time zones found (does the directory exist?)");
}

TEST_CASE("listeners that stay keep their sockets when others come and go") {
  const daemon::log log;
  config::settings settings = listening_on({"dt+tcp://127.0.0.1:0", "time+tcp://127.0.0.1:0"});
  settings.threads = 2;
  warm_server made = make_server(settings, zones(), format::word_set::built_in(), log);
  listeners live(*made.server, made.answerers, no_sockets(), nullptr);
  const auto opened = live.adopt(settings);
  REQUIRE(opened.has_value());
  CHECK(opened->opened.size() == 2);
  CHECK(opened->closed.empty());

  settings.listen.erase(settings.listen.begin());
  settings.listen.push_back(*config::parse_listener_url("daytime+tcp://127.0.0.1:0"));
  const auto changed = live.adopt(settings);
  REQUIRE(changed.has_value());
  REQUIRE(changed->opened.size() == 1);
  CHECK(changed->opened[0].starts_with("daytime+tcp 127.0.0.1:"));
  REQUIRE(changed->closed.size() == 1);
  CHECK(changed->closed[0] == opened->opened[0]);

  const std::string taken = opened->opened[1].substr(std::string("time+tcp ").size());
  settings.listen.push_back(*config::parse_listener_url("dt+tcp://" + taken));
  const auto failed = live.adopt(settings);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().why.find(taken) != std::string::npos);
  const auto same = live.adopt(listening_on({"time+tcp://127.0.0.1:0"}));
  REQUIRE(same.has_value());
  CHECK(same->opened.empty());  // what failed has changed nothing
}

}  // namespace
}  // namespace polyclock::test
