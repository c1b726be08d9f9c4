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

TEST_CASE("listener URLs are taken apart") {
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

TEST_CASE("each protocol takes its own keys") {
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
  CHECK(parse_listener_url("time+udp://h:37?allow=10.0.0.0/8").has_value());
  CHECK(parse_listener_url("daytime+udp://h:13?zone=UTC&allow=::/0").has_value());
  CHECK_FALSE(parse_listener_url("dt+tcp://h:1?allow=10.0.0.0/8").has_value());
  CHECK_FALSE(parse_listener_url("dt+unix:/run/dt?allow=10.0.0.0/8").has_value());
  CHECK(parse_listener_url("dt+fd:dt-mi?locale=mi").has_value());
  CHECK(parse_listener_url("time+fd:time?allow=10.0.0.0/8").has_value());
  CHECK_FALSE(parse_listener_url("text+fd:text?allow=10.0.0.0/8").has_value());
  for (const char* text : {"dt+fd:", "dt+fd:/run/x", "dt+fd:a:b", "dt+fd://dt", "http+fd:x"}) {
    CHECK_FALSE(parse_listener_url(text).has_value());
  }
  CHECK(parse_listener_url("dt+fd:dt-mi?locale=mi")->address == "dt+fd:dt-mi");
  const auto several = parse_listener_url("dt+udp://h:1?allow=10.0.0.0/8&magic=0x36FB&allow=::1");
  REQUIRE(several.has_value());
  CHECK(several->allow == std::vector<std::string>{"10.0.0.0/8", "::1"});
}

TEST_CASE("what is no listener URL is refused") {
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

  // The complaints without the temporary directory's name.
  config::complaints wrong(std::vector<std::string> words = {}) {
    auto loaded = load(std::move(words));
    if (loaded) return {};
    config::complaints lines = loaded.error();
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

TEST_CASE("the file's settings are taken") {
  configuration file(
      "# a comment\n\n"
      "listen = dt+tcp://127.0.0.1:1\n"
      "  listen=dt+tcp://127.0.0.1:2   # another\n"
      "locale = de\nzone = Europe/Berlin\nthreads = 3\nconnections-max = 7\n"
      "connections-max-per-address = 2\nidle-timeout = 8\nrequest-timeout = 9\n"
      "grace-period = 0\nlog-level = debug\n");
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
  CHECK(settings.idle_timeout == std::chrono::seconds(8));
  CHECK(settings.request_timeout == std::chrono::seconds(9));
  CHECK(settings.grace_period == std::chrono::seconds(0));
  CHECK(settings.level == config::log_level::debug);
}

TEST_CASE("the command line wins over the file") {
  configuration file("listen = dt+tcp://127.0.0.1:1\nthreads = 3\nlocale = mi\n");
  const auto loaded = file.load({"--threads", "5", "--listen", "dt+tcp://127.0.0.1:9"});
  REQUIRE(loaded.has_value());
  CHECK(loaded->settings.threads == 5);
  CHECK(loaded->settings.locale == "mi");
  REQUIRE(loaded->settings.listen.size() == 1);
  CHECK(loaded->settings.listen[0].port == 9);
}

TEST_CASE("every mistake is named with file, line and key") {
  configuration file(
      "threads = many\n"
      "colour = blue\n"
      "locale\n"
      "[section]\n"
      "idle-timeout = 0\n"
      "threads = 2\n"
      "zone =\n"
      "listen = tcp://1\n");
  const config::complaints expected{"FILE:1: threads: 'many' is no whole number from 0 to 256",
                                    "FILE:2: 'colour' is no key",
                                    "FILE:3: is not of the form key = value",
                                    "FILE:4: is not of the form key = value",
                                    "FILE:5: idle-timeout: '0' is no whole number from 1 to 86400",
                                    "FILE:6: threads: has been set before (FILE:1)",
                                    "FILE:7: zone: '' is empty",
                                    "FILE:8: listen: 'tcp://1' begins with no scheme such as "
                                    "dt+tcp:// or dt+unix:"};
  config::complaints found = file.wrong();
  for (std::string& line : found) {
    const auto again = line.find("(");
    if (again != std::string::npos) line = line.substr(0, again) + "(FILE:1)";
  }
  CHECK(found == expected);
}

TEST_CASE("mistakes on the command line are told") {
  configuration file("");
  CHECK(file.wrong({"--threads", "x"}) ==
        config::complaints{"command line: threads: 'x' is no whole number from 0 to 256"});
  CHECK(file.wrong({"stray"}).size() == 1);
  CHECK(file.wrong({"--thread", "1"}).size() == 1);  // no guessing
  CHECK(file.wrong({"--threads"}).size() == 1);
  CHECK(file.wrong({"--config", "/dev/null"}).size() == 1);
  CHECK(file.wrong({"--threads", "1", "--threads", "2"}).size() == 1);
}

TEST_CASE("a file that is not there is an error where it was asked for") {
  const char* words[] = {"polyclockd", "--config", "/nonexistent/file"};
  const auto line = config::parse_command_line(3, words);
  REQUIRE(line.has_value());
  CHECK(config::load(*line).error() ==
        config::complaints{"/nonexistent/file: No such file or directory"});
}

TEST_CASE("a byte order mark is no part of the first key") {
  configuration file("\xEF\xBB\xBFthreads = 3\r\nlocale = mi\r\n");
  const auto loaded = file.load();
  REQUIRE(loaded.has_value());
  CHECK(loaded->settings.threads == 3);
  CHECK(loaded->settings.locale == "mi");
}

TEST_CASE("what is no file is no configuration") {
  const temporary_directory directory;
  const std::string fifo = directory.path() / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  for (const std::string& path : {directory.path().string(), fifo}) {
    const char* words[] = {"polyclockd", "--config", path.c_str()};
    const auto line = config::parse_command_line(3, words);
    REQUIRE(line.has_value());
    CHECK(config::load(*line).error() ==
          config::complaints{path + ": is neither a file nor a device"});
  }
}

TEST_CASE("printed settings read back as the same") {
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
