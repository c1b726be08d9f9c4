// What an operator does to the real polyclockd: asks it to reload, reads its log or not, closes its streams.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/running_server.hpp"
#include "support/socket.hpp"
#include "support/temporary_directory.hpp"

namespace polyclock::test {
namespace {

// Of the daemon on that Unix socket, in its own language.
std::string date_at(const std::string& path) {
  return run({polyclock_path(), "date", "--classic", "-s", "unix:" + path}).output;
}

finished ask_to_reload(pid_t daemon) {
  return run({polyclockd_path(), "--reload", std::to_string(daemon)});
}

TEST_CASE("the option --reload ends when the daemon has reloaded") {
  const temporary_directory directory;
  const std::string path = directory.path() / "dt";
  const std::string file = directory.path() / "polyclockd.conf";
  const auto write = [&](const std::string& settings) {
    std::ofstream(file) << "listen = dt+unix:" << path << "\n" << settings;
  };
  write("");
  daemon_process daemon({"--config", file});
  CHECK(date_at(path).starts_with("Today"));
  write("locale = de\n");
  const finished asked = ask_to_reload(daemon.pid());
  CHECK(asked.status == 0);
  CHECK(asked.errors.empty());
  CHECK(date_at(path).starts_with("Heute"));

  write("thread = 1\n");
  const finished mistyped = ask_to_reload(daemon.pid());
  CHECK(mistyped.status == 1);
  CHECK(mistyped.errors == "polyclockd: reload failed: " + file +
                               ":2: unknown key 'thread'; did you mean 'threads'?\n");
  const running_server taken;
  write("listen = dt+tcp://" + taken.endpoint() + "\n");
  CHECK(ask_to_reload(daemon.pid()).errors == "polyclockd: reload failed: dt+tcp " +
                                                  taken.endpoint() +
                                                  ": bind: Address already in use\n");
  CHECK(date_at(path).starts_with("Heute"));
  CHECK(run({polyclockd_path(), "--reload", "0"}).status == 2);
  CHECK(run({polyclockd_path(), "--reload", "1", "--check-config"}).status == 2);
  const std::string own = std::to_string(getpid());
  CHECK(run({polyclockd_path(), "--reload", own}).errors ==
        "polyclockd: reload failed: process " + own + " is not a polyclockd but 'loopback'\n");
  daemon_process ended;
  ended.signal(SIGKILL);
  const std::string zombie = std::to_string(ended.pid());
  CHECK(eventually([&] {
    return run({polyclockd_path(), "--reload", zombie}).errors ==
           "polyclockd: reload failed: process " + zombie + " has ended\n";
  }));
  CHECK(run({polyclockd_path(), "--reload", "999999999"}).errors ==
        "polyclockd: reload failed: process 999999999: No such process\n");
}

TEST_CASE("check-config refuses what cannot start") {
  const temporary_directory directory;
  const std::string path = directory.path().string() + "/dt";
  const auto check = [](const std::vector<std::string>& listeners) {
    std::vector<std::string> words{polyclockd_path(), "--config", "/dev/null", "--check-config"};
    for (const std::string& url : listeners) words.insert(words.end(), {"--listen", url});
    const finished checked = run(words);
    CHECK(checked.status == (checked.errors.empty() ? 0 : 2));
    const std::size_t why = checked.errors.find("': ");
    return why == std::string::npos ? checked.errors : checked.errors.substr(why + 3);
  };
  const std::string same = "same address as the listener at command line\n";
  CHECK(check({"dt+tcp://127.0.0.1:5", "dt+tcp://0.0.0.0:5"}) == same);
  CHECK(check({"dt+tcp://127.0.0.1:5", "dt+tcp://localhost:5"}) == same);
  CHECK(check({"dt+unix:" + path, "dt+unix:" + directory.path().string() + "//dt"}) == same);
  std::filesystem::create_directory_symlink(directory.path(), directory.path() / "same");
  CHECK(check({"dt+unix:" + path, "dt+unix:" + directory.path().string() + "/same/dt"}) == same);
  CHECK(check({"dt+tcp://127.0.0.1:0", "dt+tcp://127.0.0.1:0", "dt+udp://127.0.0.1:0"}).empty());
  CHECK(check({"dt+tcp://256.1.1.1:1"}) == "'256.1.1.1' is not an IPv4 address\n");
  CHECK(check({"dt+tcp://203.0.113.7:1025"}) ==
        "203.0.113.7:1025: bind: Cannot assign requested address\n");
  CHECK(check({"dt+unix:" + path + "/dt"}) == path + "/dt: bind: No such file or directory\n");
  CHECK(check({"dt+fd:dt"}) == "dt: systemd passed no socket of this name\n");
  CHECK(check({"dt+udp://127.0.0.1:0?allow=2001:db8::/32"}) ==
        "allow '2001:db8::/32' never matches: the listener is of the other family\n");
  for (const std::string url :
       {"dt+udp://localhost:0?allow=2001:db8::/32", "dt+tcp://localhost:0?proxy=2001:db8::/32"}) {
    const std::string never = "never matches: no client of the listener is in it\n";
    CHECK(check({url}).ends_with(never));
    const finished started = run({polyclockd_path(), "--config", "/dev/null", "--listen", url});
    CHECK(started.status == 1);
    CHECK(started.errors.ends_with(never));
  }
  CHECK(check({"dt+udp://localhost:0?allow=2001:db8::/32&allow=192.0.2.0/24"}).empty());
  CHECK(check({"dt+unix:" + path}).empty());
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("the option --stats shows what the daemon has counted, to this host alone") {
  const temporary_directory directory;
  const std::string path = directory.path() / "dt";
  const daemon_process daemon({"--listen", "dt+unix:" + path, "--listen", "dt+tcp://0.0.0.0:0"});
  const std::string unix_server = "unix:" + path;
  const auto statistics = [&](const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{polyclock_path(), "--stats", "-s", unix_server};
    words.insert(words.end(), more.begin(), more.end());
    return run(words).output;
  };
  const auto has = [&](const std::string& line) {
    std::istringstream lines(statistics());
    for (std::string one; std::getline(lines, one);) {
      if (one == line) return true;
    }
    return false;
  };
  CHECK(run({polyclock_path(), "-s", unix_server, "-l", "en"}).status == 0);
  CHECK(run({polyclock_path(), "-s", unix_server, "-z", "Mars/Olympus"}).status == 1);
  CHECK(eventually([&] { return has("polyclockd_errors_total{code=\"unknown_zone\"} 1"); }));
  CHECK(has("polyclockd_requests_total{protocol=\"dt\",result=\"error\"} 1"));
  CHECK_FALSE(has("polyclockd_requests_total{protocol=\"dt\",result=\"answer\"} 0"));
  CHECK(statistics().find("\npolyclockd_connections{listener=\"dt+unix:" + path + "\"} ") !=
        std::string::npos);
  CHECK(has("polyclockd_reloads_total{result=\"success\"} 0"));
  CHECK(ask_to_reload(daemon.pid()).status == 0);
  CHECK(eventually([&] { return has("polyclockd_reloads_total{result=\"success\"} 1"); }));
  CHECK(statistics({"--json"}).find(R"("polyclockd_errors_total{code=\"unknown_zone\"}":1,)") !=
        std::string::npos);

  client_socket(daemon.endpoints().at(1)).send(from_text("GET / HTTP/1.1\r\n\r\n"));
  CHECK(eventually([&] { return has("polyclockd_client_errors_total{network=\"127.0.0.1\"} 1"); }));

  const finished elsewhere = run({polyclock_path(), "--stats", "-s", daemon.endpoints().at(1)});
  CHECK(elsewhere.status == 1);
  CHECK(elsewhere.errors.ends_with(
      "statistics are given by listeners on loopback addresses and Unix sockets only\n"));
  CHECK(run({polyclock_path(), "--stats", "date"}).status == 2);
}

TEST_CASE("a log that nobody reads does not stop the daemon") {
  std::array<int, 2> unread{};
  REQUIRE(pipe2(unread.data(), O_CLOEXEC) == 0);
  REQUIRE(fcntl(unread[1], F_SETPIPE_SZ, 4096) == 4096);
  const temporary_directory directory;
  const std::string path = directory.path() / "dt";
  const pid_t daemon = fork();
  if (daemon == 0) {
    dup2(unread[1], STDERR_FILENO);
    execl(polyclockd_path().c_str(), "polyclockd", "--config", "/dev/null", "--threads", "1",
          "--listen", ("dt+unix:" + path).c_str(), nullptr);
    _exit(1);
  }
  CHECK(eventually([&] { return std::filesystem::exists(path); }));
  for (int i = 0; i < 60; ++i) CHECK(ask_to_reload(daemon).status == 0);  // 114 bytes each
  CHECK(date_at(path).starts_with("Today"));
  kill(daemon, SIGTERM);
  int status = 0;
  CHECK(waitpid(daemon, &status, 0) == daemon);
  CHECK(status == 0);
  close(unread[0]);
  close(unread[1]);
}

TEST_CASE("closed standard descriptors are not used for sockets") {
  const temporary_directory directory;
  const std::string path = directory.path() / "dt";
  const process shell({"/bin/sh", "-c",
                       "exec " + polyclockd_path() +
                           " --config /dev/null --listen dt+unix:" + path + " <&- >&- 2>&-"});
  CHECK(eventually([&] { return std::filesystem::exists(path); }));
  CHECK(date_at(path).starts_with("Today"));
  const std::filesystem::path descriptors = "/proc/" + std::to_string(shell.pid()) + "/fd";
  for (const char* number : {"0", "1", "2"}) {
    CHECK(std::filesystem::read_symlink(descriptors / number) == "/dev/null");
  }
  shell.signal(SIGTERM);
}

}  // namespace
}  // namespace polyclock::test
