// The real polyclock against the real polyclockd, and against servers that are not.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "protocol/answer.hpp"
#include "support/catch.hpp"
#include "support/dt_client.hpp"
#include "support/encoded.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace polyclock::test {
namespace {

const std::vector<std::string> neutral{"LC_ALL=C", "TZ=", "POLYCLOCK_SERVER="};

finished polyclock(std::vector<std::string> words,
                   const std::vector<std::string>& environment = neutral) {
  words.insert(words.begin(), polyclock_path());
  return run(words, environment);
}

// What the C library says of an instant in UTC.
std::string c_library_iso(std::time_t when) {
  std::tm fields{};
  gmtime_r(&when, &fields);
  std::array<char, 128> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%FT%TZ", &fields)};
}

TEST_CASE("the date and the time come in three languages") {
  daemon_process daemon({"--zone", "UTC"});
  const auto ask = [&](const std::string& what, const std::string& locale) {
    const finished result =
        polyclock({what, "-s", daemon.endpoint(), "-l", locale, "--at", "2026-11-20T09:05:07Z"});
    CHECK(result.status == 0);
    CHECK(result.errors.empty());
    return result.output;
  };
  CHECK(ask("date", "en") == "Today's date is November 20, 2026\n");
  CHECK(ask("time", "en_NZ.UTF-8") == "The current time is 09:05\n");
  CHECK(ask("date", "mi") == "Ko te rā o tēnei rā ko Whiringa-ā-rangi 20, 2026\n");
  CHECK(ask("time", "mi-NZ") == "Ko te wā o tēnei wā 09:05\n");
  CHECK(ask("date", "de_DE") == "Heute ist der 20. November 2026\n");
  CHECK(ask("now", "de") == "Heute ist der 20. November 2026. Die Uhrzeit ist 09:05\n");
}

TEST_CASE("now is now") {
  daemon_process daemon({"--zone", "UTC"});
  for (int tries = 0;; ++tries) {
    const std::time_t before = std::time(nullptr);
    const finished result = polyclock({"-I", "-u", "-s", daemon.endpoint()});
    const std::time_t after = std::time(nullptr);
    CHECK(result.status == 0);
    if (before != after && tries < 20) continue;
    CHECK(result.output == c_library_iso(before) + "\n");
    break;
  }
}

TEST_CASE("ASCII texts contain only the bytes 0x20 to 0x7E") {
  daemon_process daemon;
  const std::string at = "2026-03-01T00:00:00Z";
  const auto ask = [&](const std::string& locale) {
    return polyclock({"-s", daemon.endpoint(), "-l", locale, "--ascii", "--at", at, "-u"}).output;
  };
  CHECK(ask("mi") == "Ko te ra o tenei ra ko Poutu-te-rangi 1, 2026. Ko te wa o tenei wa 00:00\n");
  CHECK(ask("de") == "Heute ist der 1. Maerz 2026. Die Uhrzeit ist 00:00\n");
}

TEST_CASE("locale and zone come from the environment unless an option overrides it") {
  daemon_process daemon({"--zone", "UTC", "--locale", "en"});
  const std::vector<std::string> german{"LC_ALL=de_DE.UTF-8", "TZ=Asia/Kathmandu",
                                        "POLYCLOCK_SERVER=" + daemon.endpoint()};
  CHECK(polyclock({"time", "--at", "@0"}, german).output == "Die Uhrzeit ist 05:30\n");
  CHECK(polyclock({"time", "--at", "@0", "-l", "en", "-z", "UTC"}, german).output ==
        "The current time is 00:00\n");
  CHECK(polyclock({"time", "--at", "@0", "-l", "xx", "-l", "mi"}, german).output ==
        "Ko te wā o tēnei wā 05:30\n");
}

TEST_CASE("an environment that the server cannot follow gives a note and the nearest it has") {
  daemon_process daemon({"--zone", "Asia/Kathmandu", "--locale", "mi"});
  const auto ask = [&](const std::vector<std::string>& environment,
                       const std::vector<std::string>& words) {
    std::vector<std::string> all{"-s", daemon.endpoint(), "--at", "@0"};
    all.insert(all.end(), words.begin(), words.end());
    const finished result = polyclock(all, environment);
    CHECK(result.status == 0);
    return result.errors + result.output;
  };
  CHECK(ask({"LANG=de_XX.UTF-8"}, {"time"}) == "Die Uhrzeit ist 05:30\n");
  CHECK(ask({"LANG=be_BY@latin"}, {"time", "--style", "short"}) ==
        "polyclock: note: the server has no text in locale 'be-Latn-BY' of the environment; "
        "using 'be'\n05:30\n");
  CHECK(ask({"LANG=tlh_QO"}, {"time"}) ==
        "polyclock: note: the server has no text in locale 'tlh-QO' of the environment; "
        "using 'mi'\nKo te wā o tēnei wā 05:30\n");
  CHECK(ask({"LANG=tlh_QO"}, {"-q", "time"}) == "Ko te wā o tēnei wā 05:30\n");
  CHECK(ask({"TZ=CET-1CEST"}, {"-I"}) ==
        "polyclock: note: TZ='CET-1CEST' is not a zone name; using the server's zone\n"
        "1970-01-01T05:30:00+05:30\n");
  CHECK(ask({"TZ=CET-1CEST"}, {"-I", "-u"}) == "1970-01-01T00:00:00Z\n");
  CHECK(ask({"TZ="}, {"-I"}) == "1970-01-01T00:00:00Z\n");
}

TEST_CASE("the reply to a classic packet is in the listener's language") {
  daemon_process daemon({"--locale", "mi"});
  const finished result = polyclock({"date", "--classic", "-s", daemon.endpoint()});
  CHECK(result.status == 0);
  CHECK(result.output.starts_with("Ko te rā o tēnei rā ko "));
}

TEST_CASE("an error from the server ends with status 1 and its message") {
  daemon_process daemon;
  const finished result = polyclock({"date", "-l", "xx", "-s", daemon.endpoint()});
  CHECK(result.status == 1);
  CHECK(result.output.empty());
  CHECK(result.errors == "polyclock: " + daemon.endpoint() + ": unknown locale 'xx'\n");
  CHECK(polyclock({"-q", "-l", "xx", "-s", daemon.endpoint()}).errors.empty());
  CHECK(polyclock({"-q", "--zone"}).errors.empty());
}

TEST_CASE("a usage error ends with status 2 and one line") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"yesterday"},
                                                {"date", "time"},
                                                {"--nonsense"},
                                                {"-s", "host:0"},
                                                {"--at", "noon"},
                                                {"-t", "0"},
                                                {"-t", "soon"},
                                                {"-t", "nan"},
                                                {"-u", "-z", "UTC"},
                                                {"-I", "--style", "iso"},
                                                {"--classic"},
                                                {"date", "--classic", "-l", "de"},
                                                {"--style", ""},
                                                {"-z"}}) {
    const finished result = polyclock(words);
    INFO(words.back());
    CHECK(result.status == 2);
    CHECK(result.output.empty());
    CHECK(result.errors.starts_with("polyclock: "));
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
  }
}

TEST_CASE("a usage error names the option and the expected value") {
  const auto error = [](const std::vector<std::string>& words) { return polyclock(words).errors; };
  CHECK(error({"yesterday"}) ==
        "polyclock: unknown command 'yesterday'; must be one of date, time, now, zones, locales "
        "(see --help)\n");
  CHECK(error({"date", "time"}) == "polyclock: unexpected argument 'time' (see --help)\n");
  CHECK(error({"-s", "host:0"}) ==
        "polyclock: --server: 'host:0': expected HOST[:PORT], [IPv6]:PORT, tls://HOST[:PORT], "
        "unix:/path or "
        "srv:DOMAIN (see --help)\n");
  CHECK(error({"--at", "noon"}) ==
        "polyclock: --at: 'noon' is not an instant such as 2026-07-01T12:00:00+02:00, "
        "'2026-07-01 12:00' or @1782900000 (see --help)\n");
  CHECK(error({"-t", "soon"}) ==
        "polyclock: --timeout: 'soon' is not a number of seconds (0.001 to 86400) (see --help)\n");
  CHECK(error({"-t", "0"}) ==
        "polyclock: --timeout: '0' is out of range (0.001 to 86400) (see --help)\n");
  CHECK(error({"-s", "unix:foo"}) ==
        "polyclock: --server: 'unix:foo': expected HOST[:PORT], [IPv6]:PORT, tls://HOST[:PORT], "
        "unix:/path or "
        "srv:DOMAIN (see --help)\n");
  CHECK(error({"-z", ""}) == "polyclock: --zone: value is missing (see --help)\n");
  CHECK(error({"-l", ""}) == "polyclock: --locale: value is missing (see --help)\n");
  CHECK(error({"--lcale"}) ==
        "polyclock: unknown option '--lcale'; did you mean '--locale'? (see --help)\n");
  CHECK(polyclock({"--zonee=UTC"}).errors ==
        "polyclock: unknown option '--zonee=UTC'; did you mean '--zone'? (see --help)\n");
  CHECK(error({"zones", "-l", "de"}) ==
        "polyclock: 'zones' cannot be combined with --locale (see --help)\n");
  CHECK(error({"-u", "-z", "UTC"}) ==
        "polyclock: --zone and --utc cannot be combined (see --help)\n");
  CHECK(error({"date", "--daytime", "host"}) ==
        "polyclock: --daytime cannot be combined with 'date' (see --help)\n");
}

TEST_CASE("an answer that cannot be written ends with status 4") {
  daemon_process daemon;
  const finished result = run(
      {"/bin/sh", "-c", polyclock_path() + " -s " + daemon.endpoint() + " >/dev/full"}, neutral);
  CHECK(result.status == 4);
  CHECK(result.errors == "polyclock: cannot write to standard output: No space left on device\n");
}

TEST_CASE("help and version go to stdout") {
  CHECK(polyclock({"--help"}).output.find("--next-transition") != std::string::npos);
  CHECK(polyclock({"-h"}).output.find("-l [ --locale ] TAG") != std::string::npos);
  CHECK(polyclock({"--version"}).output == "polyclock " POLYCLOCK_VERSION "\n");
}

// To a free port; a datagram socket does not listen.
sockaddr_in bind_and_listen(int socket, int backlog) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  ::listen(socket, backlog);
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

std::string endpoint_of(const sockaddr_in& address) {
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

// A server that does one thing to every client, once its request has come, which a behaviour may take.
class strange_server {
 public:
  enum class speaks : std::uint8_t { second = 1, first };

  template <typename Behaviour>
  explicit strange_server(Behaviour behave, speaks when = speaks::second) {
    const bool is_first = when == speaks::first;
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    endpoint_ = endpoint_of(bind_and_listen(listener_, 16));
    thread_ = std::thread([this, behave, is_first] {
      for (int client = accept(listener_, nullptr, nullptr); client >= 0;
           client = accept(listener_, nullptr, nullptr)) {
        const bytes request = is_first ? bytes() : receive_from(client);
        if constexpr (std::is_invocable_v<Behaviour, int, const bytes&>) {
          behave(client, request);
        } else {
          behave(client);
        }
        close(client);
      }
    });
  }
  ~strange_server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  strange_server(const strange_server&) = delete;
  strange_server& operator=(const strange_server&) = delete;

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  static bytes receive_from(int client) {
    bytes request(1024);
    const ssize_t size = ::recv(client, request.data(), request.size(), 0);
    request.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return request;
  }

  int listener_ = -1;
  std::string endpoint_;
  std::thread thread_;
};

// Says nothing until the client has gone.
void wait_for_end(int client) {
  std::array<char, 256> ignored{};
  while (::recv(client, ignored.data(), ignored.size(), 0) > 0) continue;
}

void say(int client, const bytes& reply) {
  [[maybe_unused]] const auto sent = ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
}

// With that instant, and a text ahead for each of these.
bytes answer_in_berlin(const bytes& request, std::int64_t instant = 0,
                       const std::vector<std::int64_t>& later = {}) {
  bytes reply(protocol::reply_size_max);
  protocol::answer answer;
  answer.id = static_cast<std::uint32_t>(number_at(request, 8, 4));
  answer.style = "iso";
  answer.locale = "und";
  answer.zone = "Europe/Berlin";
  answer.text = "x";
  answer.civil = {2026, 11, 20, 9, 5, 7, 5, 324, 2026, 47};
  answer.offset = {0, false, "CET"};
  answer.instant = {instant, 0};
  std::size_t size = protocol::encode(answer, reply);
  for (const std::int64_t from : later) size = protocol::append_later(reply, size, {from, "later"});
  return first(reply, size);
}

TEST_CASE("of an option that is given again the last value counts") {
  daemon_process daemon;
  const finished result = polyclock(
      {"-s", daemon.endpoint(), "-q", "-q", "-u", "-u", "-I", "-I", "--at", "@5", "--at", "@0"});
  CHECK(result.status == 0);
  CHECK(result.output == "1970-01-01T00:00:00Z\n");
  CHECK(polyclock({"-s", daemon.endpoint(), "-I", "--at", "@0", "-z", "UTC", "-z", "Asia/Tokyo"})
            .output == "1970-01-01T09:00:00+09:00\n");
}

TEST_CASE("names are a JSON array on request") {
  daemon_process daemon;
  const finished result = polyclock({"zones", "berlin", "--json", "-s", daemon.endpoint()});
  CHECK(result.output == "[\"Europe/Berlin\"]\n");
  CHECK(polyclock({"zones", "nothing", "--json", "-s", daemon.endpoint()}).output == "[]\n");
}

TEST_CASE("control bytes of an argument are not echoed") {
  const finished result =
      polyclock({"--at", "\x1B[2Jx\xC2\x9Bq\xE2\x80\xAEy", "-s", "127.0.0.1:1"});
  CHECK(result.status == 2);
  CHECK(result.errors.starts_with("polyclock: --at: '?[2Jx??q???y' is not an instant"));
}

TEST_CASE("a daytime line without an end from a server that stays silent is taken in the end") {
  const strange_server unended(
      [](int client) {
        say(client, from_text("Fri Nov 20 21:49:44 2026"));
        wait_for_end(client);
      },
      strange_server::speaks::first);
  const finished result = polyclock({"--daytime", unended.endpoint(), "-t", "0.3"});
  CHECK(result.status == 0);
  CHECK(result.output == "Fri Nov 20 21:49:44 2026\n");
}

TEST_CASE("a reply for another zone is refused") {
  const strange_server wrong(
      [](int client, const bytes& request) { say(client, answer_in_berlin(request)); });
  const finished result = polyclock({"-z", "Asia/Tokyo", "-s", wrong.endpoint()});
  CHECK(result.status == 4);
  CHECK(result.errors == "polyclock: " + wrong.endpoint() +
                             ": reply is for zone 'Europe/Berlin' instead of 'Asia/Tokyo'\n");
  CHECK(polyclock({"-z", "europe/berlin", "-s", wrong.endpoint()}).status == 0);
}

TEST_CASE("after a reply for another zone the next server's counts") {
  daemon_process daemon;
  const strange_server wrong(
      [](int client, const bytes& request) { say(client, answer_in_berlin(request)); });
  const finished result = polyclock(
      {"-z", "Asia/Tokyo", "-I", "--at", "@0", "-s", wrong.endpoint(), "-s", daemon.endpoint()});
  CHECK(result.status == 0);
  CHECK(result.output == "1970-01-01T09:00:00+09:00\n");
  const finished watched = polyclock({"--watch", "-z", "Asia/Tokyo", "-s", wrong.endpoint()});
  CHECK(watched.status == 4);
  CHECK(watched.output.empty());
  CHECK(watched.errors == "polyclock: " + wrong.endpoint() +
                              ": reply is for zone 'Europe/Berlin' instead of 'Asia/Tokyo'\n");
}

TEST_CASE("a reply with an instant or texts that nobody asked for is refused") {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const auto ask = [](std::int64_t instant, const std::vector<std::int64_t>& later) {
    const strange_server server([=](int client, const bytes& request) {
      say(client, answer_in_berlin(request, instant, later));
    });
    return polyclock({"--next", "3", "-z", "Europe/Berlin", "-s", server.endpoint()});
  };
  CHECK(ask(0, {1, 2, 3}).status == 0);
  CHECK(ask(0, {1, 2, 3, 4}).status == 4);
  CHECK(ask(0, {9, 5}).status == 4);
  CHECK(ask(0, {5, 5}).status == 4);
  CHECK(ask(7, {7}).status == 4);
  CHECK(ask(least, {}).status == 4);
  CHECK(ask(-(least + 1), {})
            .errors.ends_with("the instant of the reply is outside the years 1 to 9999\n"));
}

TEST_CASE("the option -q counts beside others, also where they cannot be read") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"-qq", "-z"},
                                                {"-uq", "-z"},
                                                {"-qz"},
                                                {"-qx"},
                                                {"--bogus", "-uq"}}) {
    const finished result = polyclock(words);
    CHECK(result.status == 2);
    CHECK(result.errors.empty());
  }
  CHECK_FALSE(polyclock({"-zq", "--bogus"}).errors.empty());
}

TEST_CASE("the option --at without an offset is local in the zone of the answer") {
  daemon_process daemon;
  const auto at = [&](const std::string& instant, const std::string& zone) {
    return polyclock({"-s", daemon.endpoint(), "-I", "--at", instant, "-z", zone}).output;
  };
  // By date(1): TZ=ZONE date -Iseconds -d INSTANT
  CHECK(at("2026-07-01 12:00", "Pacific/Auckland") == "2026-07-01T12:00:00+12:00\n");
  CHECK(at("2026-07-01", "Europe/Berlin") == "2026-07-01T00:00:00+02:00\n");
  CHECK(at("2026-12-31T23:59:59", "Asia/Kathmandu") == "2026-12-31T23:59:59+05:45\n");
  CHECK(at("2026-03-29 03:00", "Europe/Berlin") == "2026-03-29T03:00:00+02:00\n");
  CHECK(at("2026-07-01 12:00+0200", "UTC") == "2026-07-01T10:00:00Z\n");
  CHECK(at("0001-01-01", "UTC") == "0001-01-01T00:00:00Z\n");
  // The first of two, east and west of UTC, and on the days around the change.
  CHECK(at("2026-10-25 02:30", "Europe/Berlin") == "2026-10-25T02:30:00+02:00\n");
  CHECK(at("2026-10-25 03:00", "Europe/Berlin") == "2026-10-25T03:00:00+01:00\n");
  CHECK(at("2026-11-01 01:30", "America/New_York") == "2026-11-01T01:30:00-04:00\n");
  CHECK(at("2026-11-01 02:00", "America/New_York") == "2026-11-01T02:00:00-05:00\n");
  CHECK(at("2026-03-29 01:59", "Europe/Berlin") == "2026-03-29T01:59:00+01:00\n");
  CHECK(at("2011-12-31 00:30", "Pacific/Apia") == "2011-12-31T00:30:00+14:00\n");
  // Skipped, which date(1) refuses.
  CHECK(at("2026-03-29 02:30", "Europe/Berlin") == "2026-03-29T03:30:00+02:00\n");
  CHECK(at("2026-03-08 02:30", "America/New_York") == "2026-03-08T03:30:00-04:00\n");
}

TEST_CASE("the option -I takes the formats date and seconds as date(1) does") {
  daemon_process daemon;
  const auto iso = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all{"-s", daemon.endpoint(), "--at", "@0", "-u"};
    all.insert(all.end(), words.begin(), words.end());
    const finished result = polyclock(all);
    return result.output + result.errors;
  };
  CHECK(iso({"-Iseconds"}) == "1970-01-01T00:00:00Z\n");
  CHECK(iso({"--iso-8601=date"}) == "1970-01-01\n");
  CHECK(iso({"-I", "time"}) == "00:00:00Z\n");
  CHECK(iso({"-Ins"}) ==
        "polyclock: --iso-8601: 'ns' is not a format; must be 'date' or 'seconds' (see --help)\n");
}

TEST_CASE("a closed port ends with status 3 and the reason") {
  const finished result = polyclock({"-s", "127.0.0.1:1"});
  CHECK(result.status == 3);
  CHECK(result.errors == "polyclock: 127.0.0.1:1: Connection refused\n");
  CHECK(polyclock({"-s", "unix:/nonexistent"}).errors ==
        "polyclock: unix:/nonexistent: No such file or directory\n");
}

TEST_CASE("an unknown host name ends with status 3") {
  const finished result = polyclock({"-s", "name.invalid", "-t", "3"});
  CHECK(result.status == 3);
  CHECK(result.errors.starts_with("polyclock: name.invalid:18814: "));
}

TEST_CASE("a silent server ends with status 3 after the timeout") {
  const strange_server silent(wait_for_end);
  const auto start = std::chrono::steady_clock::now();
  const finished result = polyclock({"-s", silent.endpoint(), "-t", "0.3"});
  CHECK(result.status == 3);
  CHECK(result.errors ==
        "polyclock: " + silent.endpoint() + ": timed out while waiting for the reply\n");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1900));
}

TEST_CASE("an invalid reply ends with status 4") {
  const strange_server garbage([](int client) { say(client, from_text(std::string(5000, 'x'))); });
  const finished result = polyclock({"-s", garbage.endpoint()});
  CHECK(result.status == 4);
  CHECK(result.errors == "polyclock: " + garbage.endpoint() + ": malformed reply\n");
  CHECK(polyclock({"date", "--classic", "-s", garbage.endpoint()}).status == 4);

  const strange_server early([](int) {});
  CHECK(polyclock({"-s", early.endpoint()}).errors ==
        "polyclock: " + early.endpoint() + ": connection closed without a reply\n");
  CHECK(polyclock({"-s", early.endpoint()}).status == 4);

  const strange_server half([](int client) { say(client, from_hex("497e 0004 01 00 0040")); });
  CHECK(polyclock({"-s", half.endpoint()}).errors ==
        "polyclock: " + half.endpoint() + ": connection closed before the end of the reply\n");

  const strange_server other([](int client) {
    protocol::answer answer;
    answer.text = "x";
    answer.locale = "en";
    answer.style = "iso";
    answer.zone = "UTC";
    answer.civil = {2026, 1, 1, 0, 0, 0, 4, 1, 2026, 1};
    answer.offset.abbreviation = "UTC";
    say(client, encoded(answer));
  });
  const finished foreign = polyclock({"-s", other.endpoint()});
  CHECK(foreign.status == 4);
  CHECK(foreign.errors == "polyclock: " + other.endpoint() + ": reply to another request\n");

  const strange_server late(
      [](int client) { say(client, from_hex("497e 0002 0001 0834 01 01 00 00 01 78")); });
  CHECK(polyclock({"date", "--classic", "-s", late.endpoint()}).errors ==
        "polyclock: " + late.endpoint() + ": year 2100 or later\n");
}

// A port from which nothing comes, as behind a firewall that drops everything: of a stream its queue is full.
class black_hole {
 public:
  explicit black_hole(int type = SOCK_STREAM) {
    for (int& one : sockets_) one = ::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const sockaddr_in address = bind_and_listen(sockets_[0], 0);
    endpoint_ = endpoint_of(address);
    for (std::size_t n = 1; n < sockets_.size(); ++n) {
      static_cast<void>(
          ::connect(sockets_[n], reinterpret_cast<const sockaddr*>(&address), sizeof address));
    }
  }
  ~black_hole() {
    for (const int one : sockets_) close(one);
  }
  black_hole(const black_hole&) = delete;
  black_hole& operator=(const black_hole&) = delete;

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  std::array<int, 4> sockets_{};
  std::string endpoint_;
};

class stopwatch {
 public:
  [[nodiscard]] std::chrono::milliseconds read() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start_);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

TEST_CASE("a server that cannot be reached costs a quarter of a second") {
  using std::chrono::milliseconds;
  daemon_process daemon;
  const black_hole first;
  const black_hole second;
  const black_hole third;
  const black_hole silent_datagrams(SOCK_DGRAM);
  const strange_server silent(wait_for_end);
  const auto takes = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"-s", daemon.endpoint(), "-t", "20", "date"});
    const stopwatch took;
    CHECK(polyclock(words).status == 0);
    return took.read();
  };
  const auto one = takes({"-s", first.endpoint()});
  CHECK(one >= milliseconds(250));
  CHECK(one < milliseconds(2000));  // of 20 s, on a machine with other work
  const auto three =
      takes({"-s", first.endpoint(), "-s", second.endpoint(), "-s", third.endpoint()});
  CHECK(three >= milliseconds(750));
  CHECK(three < milliseconds(3000));
  CHECK(takes({"-s", silent.endpoint()}) < milliseconds(2000));
  CHECK(takes({"-s", "dt+udp://" + silent_datagrams.endpoint()}) < milliseconds(2000));
}

TEST_CASE("a server that is only slow wins where the next one is no better") {
  const strange_server slow([](int client, const bytes& request) {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    say(client, answer_in_berlin(request));
  });
  const strange_server silent(wait_for_end);
  const finished result =
      polyclock({"--json", "-z", "Europe/Berlin", "-s", slow.endpoint(), "-s", silent.endpoint()});
  CHECK(result.status == 0);
  CHECK(result.output.find("\"server\":\"" + slow.endpoint() + "\"") != std::string::npos);
}

TEST_CASE("a server that has failed is followed at once, and each is named where all fail") {
  daemon_process daemon;
  const stopwatch took;
  CHECK(polyclock({"-s", "127.0.0.1:1", "-s", "unix:/nonexistent", "-s", daemon.endpoint(), "-t",
                   "86400"})
            .status == 0);  // with an interval of hours it would not have been in time
  CHECK(took.read() < std::chrono::milliseconds(2000));
  const finished none = polyclock({"-s", "127.0.0.1:1", "-s", "unix:/nonexistent"});
  CHECK(none.status == 3);
  CHECK(none.errors ==
        "polyclock: 127.0.0.1:1: Connection refused; unix:/nonexistent: No such file or "
        "directory\n");
  const black_hole hole;
  const strange_server silent(wait_for_end);
  CHECK(polyclock({"-s", hole.endpoint(), "-s", silent.endpoint(), "-t", "0.3"}).errors ==
        "polyclock: " + hole.endpoint() + ": timed out while connecting; " + silent.endpoint() +
            ": timed out while waiting for the reply\n");
}

TEST_CASE("the whole answer is one line of JSON") {
  daemon_process daemon;
  const finished result = polyclock({"--json", "-z", "Europe/Berlin", "-l", "de", "--at",
                                     "2026-11-20T09:05:07.5Z", "-s", daemon.endpoint()});
  CHECK(result.output.starts_with(
      R"({"text":"Heute ist der 20. November 2026. Die Uhrzeit ist 10:05","what":"both",)"
      R"("locale":"de","direction":"ltr","style":"phrase","instant":"2026-11-20T09:05:07.5Z",)"
      R"("unix_seconds":1795165507,"nanoseconds":500000000,"year":2026,"month":11,"day":20,)"
      R"("hour":10,"minute":5,"second":7,"weekday":5,"day_of_year":324,"iso_week_year":2026,)"
      R"("iso_week":47,"zone":"Europe/Berlin","utc_offset":3600,"dst":false,"abbreviation":"CET",)"
      R"("valid_until":"2026-11-20T09:06:00Z","valid_until_unix_seconds":1795165560,)"
      R"("next_transition":{"instant":"2027-03-28T01:00:00Z","unix_seconds":1806195600,)"
      R"("utc_offset":7200,"dst":true,"abbreviation":"CEST"},"tz_version":")"));
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 1);
}

}  // namespace
}  // namespace polyclock::test
