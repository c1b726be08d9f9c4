#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "config/listener_url.hpp"
#include "config/load.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace polyclock::test {
namespace {

using config::parse_listener_url;

TEST_CASE("a listener URL is split into its parts") {
  const auto tcp = parse_listener_url(
      "dt+tcp://192.0.2.1:18814?locale=mi&zone=Pacific/Auckland&style=iso&ascii=yes&magic=0x36FB");
  REQUIRE(tcp.has_value());
  CHECK(tcp->host == "192.0.2.1");
  CHECK(tcp->port == 18814);
  CHECK(tcp->locale == "mi");
  CHECK(tcp->zone == "Pacific/Auckland");
  CHECK(tcp->style == "iso");
  CHECK(tcp->ascii);
  CHECK(tcp->magic == 0x36FB);
  const auto v6 = parse_listener_url("dt+tcp://[::1]:0");
  REQUIRE(v6.has_value());
  CHECK(v6->host == "::1");
  CHECK(v6->port == 0);
  for (const char* text : {"dt+unix:/run/polyclock/dt", "dt+unix:///run/polyclock/dt"}) {
    const auto local = parse_listener_url(text);
    REQUIRE(local.has_value());
    CHECK(local->path == "/run/polyclock/dt");
  }
}

TEST_CASE("each protocol accepts its own keys only") {
  CHECK(
      parse_listener_url("daytime+tcp://h:13?locale=de&zone=UTC&style=full&ascii=yes").has_value());
  CHECK(parse_listener_url("time+tcp://h:37").has_value());
  CHECK_FALSE(parse_listener_url("daytime+tcp://h:13?magic=0x36FB").has_value());
  CHECK_FALSE(parse_listener_url("time+tcp://h:37?zone=UTC").has_value());
  CHECK_FALSE(parse_listener_url("time+unix:/run/time").has_value());
  CHECK(parse_listener_url("text+tcp://h:23?locale=mi&zone=UTC&style=full&ascii=yes").has_value());
  CHECK(parse_listener_url("text+unix:/run/text?ascii=no").has_value());
  CHECK_FALSE(parse_listener_url("text+udp://h:23").has_value());
  CHECK_FALSE(parse_listener_url("text+tcp://h:23?magic=0x36FB").has_value());
  CHECK(parse_listener_url("http+tcp://h:80?locale=mi&zone=UTC&style=full&admin=yes").has_value());
  CHECK(parse_listener_url("http+unix:/run/http?admin=no").has_value());
  CHECK(parse_listener_url("http+fd:http").has_value());
  CHECK_FALSE(parse_listener_url("http+udp://h:80").has_value());
  CHECK_FALSE(parse_listener_url("http+tcp://h:80?admin=maybe").has_value());
  CHECK_FALSE(parse_listener_url("http+tcp://h:80?magic=0x36FB").has_value());
  CHECK_FALSE(parse_listener_url("text+tcp://h:23?admin=yes").has_value());
  CHECK(parse_listener_url("time+udp://h:37?allow=10.0.0.0/8").has_value());
  CHECK(parse_listener_url("daytime+udp://h:13?zone=UTC&allow=::/0").has_value());
  CHECK_FALSE(parse_listener_url("dt+tcp://h:1?allow=10.0.0.0/8").has_value());
  CHECK_FALSE(parse_listener_url("dt+unix:/run/dt?allow=10.0.0.0/8").has_value());
  CHECK(parse_listener_url("dt+fd:dt-mi?locale=mi").has_value());
  const auto secure = parse_listener_url("http+tls://h:443?cert=/c&key=/k&clients=/a&proxy=::1");
  REQUIRE(secure.has_value());
  CHECK(secure->is_tls);
  CHECK(secure->cert + secure->key + secure->clients == "/c/k/a");
  CHECK(parse_listener_url("time+tcp://h:37?proxy=10.0.0.0/8&proxy=::1").has_value());
  CHECK(parse_listener_url("http+fd:http?proxy=10.0.0.0/8").has_value());
  CHECK_FALSE(parse_listener_url("dt+udp://h:1?proxy=10.0.0.0/8").has_value());
  CHECK(parse_listener_url("time+fd:time?allow=10.0.0.0/8").has_value());
  CHECK_FALSE(parse_listener_url("text+fd:text?allow=10.0.0.0/8").has_value());
  for (const char* text : {"dt+fd:", "dt+fd:/run/x", "dt+fd:a:b", "dt+fd://dt", "gopher+fd:x"}) {
    CHECK_FALSE(parse_listener_url(text).has_value());
  }
  CHECK(parse_listener_url("dt+fd:dt-mi?locale=mi")->address == "dt+fd:dt-mi");
  const auto several = parse_listener_url("dt+udp://h:1?allow=10.0.0.0/8&magic=0x36FB&allow=::1");
  REQUIRE(several.has_value());
  CHECK(several->allow == std::vector<std::string>{"10.0.0.0/8", "::1"});
}

TEST_CASE("an invalid listener URL is rejected") {
  for (const char* text : {"",
                           "dt",
                           "dt+tcp",
                           "dt+tcp:",
                           "dt+tcp://",
                           "dt+tcp://host",
                           "dt+tcp://:1",
                           "dt+tcp://h:",
                           "dt+tcp://h:65536",
                           "dt+tcp://h:-1",
                           "dt+tcp://h:1x",
                           "dt+tcp://::1:5",
                           "dt+tcp:h:1",
                           "gopher+tcp://h:1",
                           "dt+unix:",
                           "dt+unix:relative",
                           "dt+tcp://h:1?",
                           "dt+tcp://h:1?x=y",
                           "dt+tcp://h:1?locale",
                           "dt+tcp://h:1?locale=",
                           "dt+tcp://h:1?ascii=maybe",
                           "dt+tcp://h:1?magic=9",
                           "dt+tcp://h:1?magic=0x36",
                           "dt+tcp://h:1?magic=0x10000",
                           "dt+tcp://h:1?locale=en&locale=de",
                           "dt+tcp://*:1",
                           "dt+tcp://[127.0.0.1]:1",
                           "dt+tcp://[::1]",
                           "dt+unix:/a#b",
                           "dt+unix:/a b",
                           "dt+tcp://h:1?magic=0x",
                           "dt+tcp://h:1?locale=en&"}) {
    INFO(text);
    const bool trailing_mark =
        std::string_view(text).ends_with('?') || std::string_view(text).ends_with('&');
    if (trailing_mark)
      CHECK(parse_listener_url(text).has_value());
    else
      CHECK_FALSE(parse_listener_url(text).has_value());
  }
  CHECK_FALSE(parse_listener_url("dt+unix:/" + std::string(107, 'x')).has_value());
}

class configuration {
 public:
  explicit configuration(const std::string& text) : path_(directory_.path() / "polyclockd.conf") {
    std::ofstream(path_) << text;
  }

  config::checked<config::loaded> load(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"polyclockd", "--config", path_.string()});
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    const auto line =
        config::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
    if (!line) return line.error();
    return config::load(*line);
  }

  // The error messages without the name of the temporary directory.
  config::diagnostics errors(std::vector<std::string> words = {}) {
    auto loaded = load(std::move(words));
    if (loaded) return {};
    config::diagnostics lines = loaded.error();
    for (std::string& line : lines) {
      const auto at = line.find(path_.string());
      if (at != std::string::npos) line.replace(at, path_.string().size(), "FILE");
    }
    return lines;
  }

 private:
  temporary_directory directory_;
  std::filesystem::path path_;
};

TEST_CASE("the settings of the file are applied") {
  configuration file(
      "# a comment\n\n"
      "listen = dt+tcp://127.0.0.1:1\n"
      "  listen=dt+tcp://127.0.0.1:2   # another\n"
      "locale = de\nzone = Europe/Berlin\nthreads = 3\nconnections-max = 7\n"
      "connections-max-per-address = 2\nsubscribers-max = 5\nidle-timeout = 8\nrequest-timeout = "
      "9\n"
      "drain-delay = 4\ngrace-period = 0\nlog-level = debug\n");
  const auto loaded = file.load();
  REQUIRE(loaded.has_value());
  const config::settings& settings = loaded->settings;
  REQUIRE(settings.listen.size() == 2);
  CHECK(settings.listen[1].port == 2);
  CHECK(settings.locale == "de");
  CHECK(settings.zone == "Europe/Berlin");
  CHECK(settings.threads == 3);
  CHECK(settings.connections_max == 7);
  CHECK(settings.connections_max_per_address == 2);
  CHECK(settings.subscribers_max == 5);
  CHECK(settings.idle_timeout == std::chrono::seconds(8));
  CHECK(settings.request_timeout == std::chrono::seconds(9));
  CHECK(settings.drain_delay == std::chrono::seconds(4));
  CHECK(settings.grace_period == std::chrono::seconds(0));
  CHECK(settings.level == config::log_level::debug);
}

TEST_CASE("the command line overrides the file") {
  configuration file("listen = dt+tcp://127.0.0.1:1\nthreads = 3\nlocale = mi\n");
  const auto loaded = file.load({"--threads", "5", "--listen", "dt+tcp://127.0.0.1:9"});
  REQUIRE(loaded.has_value());
  CHECK(loaded->settings.threads == 5);
  CHECK(loaded->settings.locale == "mi");
  REQUIRE(loaded->settings.listen.size() == 1);
  CHECK(loaded->settings.listen[0].port == 9);
}

TEST_CASE("each error message names file, line and key") {
  configuration file(
      "threads = many\n"
      "colour = blue\n"
      "locale\n"
      "[section]\n"
      "; comment\n"
      "idle-timeout = 0\n"
      "request-timeout = 5m\n"
      "threads = 2\n"
      "zone =\n"
      "locale = de ; German\n"
      "log-level = \"debug\"\n"
      "listen = dt+tcp://127.0.0.1/\n");
  const config::diagnostics expected{
      "FILE:1: threads: 'many' is not a whole number (0 to 256)",
      "FILE:2: unknown key 'colour'",
      "FILE:3: expected 'key = value'",
      "FILE:4: sections are not supported",
      "FILE:5: comments begin with #",
      "FILE:6: idle-timeout: 0 is out of range (1 to 86400)",
      "FILE:7: request-timeout: '5m' is not a number of seconds (1 to 86400, without a unit)",
      "FILE:8: threads: already set on line 1",
      "FILE:9: zone: value is missing",
      "FILE:10: locale: 'de ; German': must not contain spaces or '#'",
      "FILE:11: log-level: \"debug\": remove the quotes",
      "FILE:12: listen: 'dt+tcp://127.0.0.1/': expected HOST:PORT or [IPv6]:PORT"};
  CHECK(file.errors() == expected);
}

TEST_CASE("a file in UTF-16 is an error, not an empty one") {
  const std::string text = "\xFF\xFE" + std::string(
                                            "t\0h\0=\0"
                                            "2\0\n\0\0",
                                            11);
  const config::diagnostics expected{"FILE:1: NUL byte; the file must be UTF-8",
                                     "FILE:2: NUL byte; the file must be UTF-8"};
  CHECK(configuration(text).errors() == expected);
}

TEST_CASE("an unknown name brings a suggestion") {
  configuration file(
      "thread = 2\n"
      "idle_timeout = 2\n"
      "Loacle = de\n"
      "log-level = warn\n"
      "listen = tcp://127.0.0.1:1\n"
      "listen = dt+tpc://127.0.0.1:1\n"
      "listen = dt+tcp://127.0.0.1:1?stlye=iso\n");
  const config::diagnostics expected{
      "FILE:1: unknown key 'thread'; did you mean 'threads'?",
      "FILE:2: unknown key 'idle_timeout'; did you mean 'idle-timeout'?",
      "FILE:3: unknown key 'Loacle'; did you mean 'locale'?",
      "FILE:4: log-level: 'warn': must be one of error, warning, info, debug; did you mean "
      "'warning'?",
      "FILE:5: listen: 'tcp://127.0.0.1:1': unknown scheme 'tcp'; did you mean 'dt+tcp'?",
      "FILE:6: listen: 'dt+tpc://127.0.0.1:1': unknown scheme 'dt+tpc'; did you mean "
      "'dt+tcp'?",
      "FILE:7: listen: 'dt+tcp://127.0.0.1:1?stlye=iso': unknown key 'stlye'; did you mean "
      "'style'?"};
  CHECK(file.errors() == expected);
}

TEST_CASE("an error in a listener URL is explained") {
  const auto why = [](const std::string& text) { return parse_listener_url(text).error().why; };
  CHECK(why("gopher+tcp://h:1")
            .starts_with("unknown scheme 'gopher+tcp'; must be one of dt+tcp, dt+tls, dt+unix, "));
  CHECK(why("dt+tcp://h:65536") == "port must be a number from 0 to 65535");
  CHECK(why("dt+tcp://h:1/") == "port must be a number from 0 to 65535");
  CHECK(why("dt+tcp://::1:5") == "an IPv6 address must be in brackets, such as [::1]:18814");
  CHECK(why("dt+tcp://a:1,dt+tcp://b:1") == "only one URL per listener; repeat 'listen'");
  CHECK(why("dt+tcp://a,b:1") == "only one URL per listener; repeat 'listen'");
  CHECK(why("dt+tcp://a:1 dt+tcp://b:1") == "only one URL per listener; repeat 'listen'");
  CHECK(why("dt+tls://h:1?cert=/c") == "a TLS listener needs the keys 'cert' and 'key'");
  CHECK(why("dt+tcp://h:1?cert=/c") == "'cert' is only valid for TLS listeners");
  CHECK(why("daytime+tls://h:1?cert=/c&key=/k").starts_with("unknown scheme 'daytime+tls'"));
  CHECK(why("dt+unix:/run/dt?proxy=::1") == "'proxy' is only valid for TCP listeners");
  CHECK(why("dt+tcp://h:1?allow=::1") == "'allow' is only valid for UDP listeners");
  CHECK(why("text+tcp://h:1?magic=0x36FB") == "'magic' is only valid for dt listeners");
  CHECK(why("time+tcp://h:1?zone=UTC") == "'zone' is not valid for time listeners");
  CHECK(why("dt+tcp://h:1?ascii=maybe") == "ascii must be 'yes' or 'no'");
  CHECK(why("dt+tcp://h:1?magic=9") == "magic must have four hexadecimal digits, as in 0x36FB");
  CHECK(why("dt+tcp://h:1?locale=") == "'locale' has no value");
}

TEST_CASE("errors on the command line are reported") {
  configuration file("");
  const auto error = [&](std::vector<std::string> words) {
    const config::diagnostics errors = file.errors(std::move(words));
    return errors.size() == 1 ? errors.front() : std::to_string(errors.size()) + " errors";
  };
  CHECK(error({"--threads", "x"}) == "command line: threads: 'x' is not a whole number (0 to 256)");
  CHECK(error({"stray"}) == "command line: unexpected argument 'stray' (see --help)");
  CHECK(error({"--threads", "1", "stray"}) ==
        "command line: unexpected argument 'stray' (see --help)");
  CHECK(error({"--thread", "1"}) ==
        "command line: unknown option '--thread'; did you mean '--threads'? (see --help)");
  CHECK(error({"--nonsense"}) == "command line: unknown option '--nonsense' (see --help)");
  CHECK(error({"--zone", ""}) == "command line: zone: value is missing");
  CHECK(error({"--listen", "--check-config"}) ==
        "command line: listen: value is missing before '--check-config'");
  CHECK(error({"--config", "/dev/null"}) == "command line: config: given more than once");
  CHECK(error({"--threads", "1", "--threads", "2"}) ==
        "command line: threads: given more than once");
  CHECK(error({"--threads"}).starts_with("command line: "));
}

TEST_CASE("a missing file is an error if --config names it") {
  const char* words[] = {"polyclockd", "--config", "/nonexistent/file"};
  const auto line = config::parse_command_line(3, words);
  REQUIRE(line.has_value());
  CHECK(config::load(*line).error() ==
        config::diagnostics{"/nonexistent/file: No such file or directory"});
}

TEST_CASE("a byte order mark before the first key is ignored") {
  configuration file("\xEF\xBB\xBFthreads = 3\r\nlocale = mi\r\n");
  const auto loaded = file.load();
  REQUIRE(loaded.has_value());
  CHECK(loaded->settings.threads == 3);
  CHECK(loaded->settings.locale == "mi");
}

TEST_CASE("a directory, a FIFO or a device is not a configuration file") {
  const temporary_directory directory;
  const std::string fifo = directory.path() / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  for (const std::string& path : {directory.path().string(), fifo, std::string("/dev/zero")}) {
    const char* words[] = {"polyclockd", "--config", path.c_str()};
    const auto line = config::parse_command_line(3, words);
    REQUIRE(line.has_value());
    CHECK(config::load(*line).error() == config::diagnostics{path + ": not a regular file"});
  }
}

TEST_CASE("printed settings are read back unchanged") {
  configuration file(
      "listen = dt+tcp://127.0.0.1:1?locale=de\nthreads = 3\nlog-level = error\nzone = UTC\n");
  const auto loaded = file.load();
  REQUIRE(loaded.has_value());
  std::ostringstream printed;
  config::print_settings(loaded->settings, printed);
  configuration again(printed.str());
  const auto reloaded = again.load();
  REQUIRE(reloaded.has_value());
  std::ostringstream reprinted;
  config::print_settings(reloaded->settings, reprinted);
  CHECK(reprinted.str() == printed.str());
  CHECK(printed.str().find("threads = 3\n") != std::string::npos);
}

}  // namespace
}  // namespace polyclock::test
