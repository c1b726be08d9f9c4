// The real polyclockd as a process: its lines, signals, limits and exit status.

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/dt_client.hpp"
#include "support/process.hpp"
#include "support/running_server.hpp"
#include "support/socket.hpp"
#include "support/temporary_directory.hpp"

namespace polyclock::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_CASE("the daemon listens on TCP of both families and on Unix sockets") {
  const temporary_directory directory;
  const std::string path = directory.path() / "dt";
  daemon_process daemon({"--listen", "dt+tcp://127.0.0.1:0", "--listen",
                         "dt+tcp://[::1]:0?locale=de", "--listen",
                         "dt+unix:" + path + "?locale=mi"});
  REQUIRE(daemon.endpoints().size() == 3);
  CHECK(daemon.endpoints()[2] == path);
  int language = 0;
  for (const int expected : {1, 3, 2}) {
    client_socket socket(daemon.endpoints()[static_cast<std::size_t>(language++)]);
    socket.send(classic_date);
    CHECK(number_at(socket.receive(13), 4, 2) == static_cast<std::uint64_t>(expected));
  }
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == 0);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("daytime and time clients get their line or four bytes, then the end of the stream") {
  daemon_process daemon({"--listen", "daytime+tcp://127.0.0.1:0?zone=UTC", "--listen",
                         "time+tcp://127.0.0.1:0", "--zone", "Asia/Tokyo"});
  REQUIRE(daemon.endpoints().size() == 2);
  const std::time_t before = std::time(nullptr);
  const std::string line = to_text(client_socket(daemon.endpoints()[0]).receive_all());
  const bytes count = client_socket(daemon.endpoints()[1]).receive_all();
  const std::time_t after = std::time(nullptr);
  REQUIRE(count.size() == 4);
  const auto seconds = static_cast<std::time_t>(number_at(count, 0, 4)) - 2'208'988'800;
  CHECK(seconds >= before);
  CHECK(seconds <= after);
  bool is_right = false;
  for (std::time_t when = before; when <= after; ++when) {
    std::array<char, 32> expected{};
    std::tm fields{};
    std::strftime(expected.data(), expected.size(), "%a %b %e %T %Y\r\n", gmtime_r(&when, &fields));
    is_right = is_right || line == expected.data();
  }
  CHECK(is_right);
}

TEST_CASE("a daytime or time client that sends first gets its reply too") {
  daemon_process daemon({"--listen", "time+tcp://127.0.0.1:0"});
  client_socket socket(daemon.endpoint());
  socket.send(from_text("what time is it?\r\n"));
  CHECK(socket.receive_all().size() == 4);
}

TEST_CASE("SIGTERM answers the complete requests of 100 sessions and ends with 0") {
  daemon_process daemon({"--grace-period", "3", "--request-timeout", "1"});
  std::vector<client_socket> sockets;
  for (std::uint32_t i = 0; i < 100; ++i) {
    sockets.emplace_back(daemon.endpoint());
    sockets.back().send(i % 2 == 0 ? query_packet(i + 1)
                                   : query_packet(i + 1) + first(query_packet(999), 10));
  }
  const auto start = steady_clock::now();
  daemon.signal(SIGTERM);
  for (std::uint32_t i = 0; i < 100; ++i) {
    INFO(i);
    CHECK(id_of(receive_reply(sockets[i])) == i + 1);
  }
  CHECK(daemon.wait() == 0);
  CHECK(steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("SIGINT without connections ends with status 0 immediately") {
  daemon_process daemon;
  daemon.signal(SIGINT);
  const auto start = steady_clock::now();
  CHECK(daemon.wait() == 0);
  CHECK(steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("a second signal ends a drain immediately") {
  daemon_process daemon({"--grace-period", "60", "--request-timeout", "60"});
  client_socket begun(daemon.endpoint());
  begun.send(first(query_packet(1), 10));
  daemon.signal(SIGTERM);
  CHECK(eventually([&] { return count(daemon.read_errors(), "draining") == 1; }));
  CHECK(daemon.is_running());
  const auto start = steady_clock::now();
  CHECK(eventually([&] {  // those of the first 100 ms are the same request
    daemon.signal(SIGTERM);
    return !daemon.is_running();
  }));
  CHECK(daemon.wait() == 0);
  CHECK(steady_clock::now() - start < std::chrono::seconds(5));
  CHECK(begun.ends_within(std::chrono::seconds(5)));
}

TEST_CASE("the grace period limits the duration of a drain") {
  daemon_process daemon({"--grace-period", "1", "--request-timeout", "60"});
  client_socket begun(daemon.endpoint());
  begun.send(first(query_packet(1), 10));
  const auto start = steady_clock::now();
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == 0);
  CHECK(steady_clock::now() - start >= milliseconds(990));
  CHECK(steady_clock::now() - start < std::chrono::seconds(10));
  CHECK(daemon.errors().find("grace period expired") != std::string::npos);
}

TEST_CASE("a drain delay goes on accepting, not ready any more") {
  daemon_process daemon({"--drain-delay", "2", "--listen", "dt+tcp://127.0.0.1:0", "--listen",
                         "http+tcp://127.0.0.1:0"});
  const auto readiness = [&] {
    client_socket http(daemon.endpoints()[1]);
    http.send(from_text("GET /readyz HTTP/1.0\r\n\r\n"));
    return to_text(http.receive_all()).substr(0, 12);
  };
  CHECK(readiness() == "HTTP/1.1 200");
  const auto start = steady_clock::now();
  daemon.signal(SIGTERM);
  CHECK(eventually([&] { return count(daemon.read_errors(), "not ready draining_in_s=2") == 1; }));
  while (steady_clock::now() < start + milliseconds(1500)) {
    client_socket late(daemon.endpoint());
    late.send(query_packet(7));
    CHECK(id_of(receive_reply(late)) == 7);
    CHECK(readiness() == "HTTP/1.1 503");
    std::this_thread::sleep_for(milliseconds(50));
  }
  CHECK(daemon.wait() == 0);
  CHECK(steady_clock::now() - start >= milliseconds(1990));
}

TEST_CASE("a second signal ends a drain delay immediately") {
  daemon_process daemon({"--drain-delay", "60"});
  const auto start = steady_clock::now();
  CHECK(eventually([&] {
    daemon.signal(SIGTERM);
    return !daemon.is_running();
  }));
  CHECK(daemon.wait() == 0);
  CHECK(steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("an address in use is named with the reason") {
  const running_server taken;
  const finished second =
      run({polyclockd_path(), "--config", "/dev/null", "--listen", "dt+tcp://" + taken.endpoint()});
  CHECK(second.status == 1);
  CHECK(second.errors ==
        "polyclockd: dt+tcp " + taken.endpoint() + ": bind: Address already in use\n");
}

TEST_CASE("addresses that cannot be bound are named with the reason") {
  const auto attempt = [](const std::string& url) {
    return run({polyclockd_path(), "--config", "/dev/null", "--listen", url});
  };
  const finished foreign = attempt("dt+tcp://192.0.2.1:0");
  CHECK(foreign.status == 1);
  CHECK(foreign.errors ==
        "polyclockd: dt+tcp 192.0.2.1:0: bind: Cannot assign requested address\n");
  CHECK(attempt("dt+tcp://name.invalid:1").status == 1);
  const finished directory = attempt("dt+unix:/nonexistent/socket");
  CHECK(directory.status == 1);
  CHECK(directory.errors ==
        "polyclockd: dt+unix /nonexistent/socket: bind: No such file or directory\n");
}

TEST_CASE("a stale Unix socket is replaced, a live one and other files are not") {
  const temporary_directory directory;
  const std::string path = directory.path() / "dt";
  const std::vector<std::string> options{"--listen", "dt+unix:" + path};
  {
    daemon_process daemon(options);
    daemon.signal(SIGKILL);
    CHECK(daemon.wait() == 128 + SIGKILL);
  }
  CHECK(std::filesystem::exists(path));
  daemon_process daemon(options);
  const finished second =
      run({polyclockd_path(), "--config", "/dev/null", "--listen", "dt+unix:" + path});
  CHECK(second.status == 1);
  client_socket socket(path);
  socket.send(query_packet(1));
  CHECK(id_of(receive_reply(socket)) == 1);
  const std::string file = directory.path() / "file";
  std::ofstream(file) << "precious";
  const finished other =
      run({polyclockd_path(), "--config", "/dev/null", "--listen", "dt+unix:" + file});
  CHECK(other.status == 1);
  CHECK(other.errors == "polyclockd: dt+unix " + file + ": exists and is not a socket\n");
  CHECK(std::filesystem::file_size(file) == 8);
}

// Processor time of a process in seconds.
double processor_time(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string line((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::vector<std::string> words((std::istream_iterator<std::string>(fields)), {});
  return (std::stod(words.at(11)) + std::stod(words.at(12))) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::size_t descriptors_of(pid_t pid) {
  std::size_t number = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    ++number;
  }
  return number;
}

TEST_CASE("without descriptors the daemon waits, logs it once, and serves all clients later") {
  daemon_process daemon({"--threads", "1"});
  const rlim_t allowed = descriptors_of(daemon.pid()) + 5;
  rlimit limit{};
  REQUIRE(prlimit(daemon.pid(), RLIMIT_NOFILE, nullptr, &limit) == 0);
  const rlimit low{allowed, limit.rlim_max};
  REQUIRE(prlimit(daemon.pid(), RLIMIT_NOFILE, &low, nullptr) == 0);
  std::vector<client_socket> sockets;
  for (std::uint32_t i = 0; i < 40; ++i) {
    sockets.emplace_back(daemon.endpoint());
    sockets.back().send(query_packet(i + 1));
  }
  CHECK(eventually([&] { return count(daemon.read_errors(), "accept failed") == 1; }));
  const double before = processor_time(daemon.pid());
  std::this_thread::sleep_for(std::chrono::seconds(1));
  CHECK(processor_time(daemon.pid()) - before < 0.2);
  REQUIRE(prlimit(daemon.pid(), RLIMIT_NOFILE, &limit, nullptr) == 0);
  for (std::uint32_t i = 0; i < 40; ++i) CHECK(id_of(receive_reply(sockets[i])) == i + 1);
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == 0);
  CHECK(count(daemon.errors(), "accept failed") == 1);
}

TEST_CASE("the connection limit is lowered to fit the descriptor limit") {
  const temporary_directory directory;
  const std::string log = directory.path() / "log";
  const finished result = run({"/bin/sh", "-c",
                               "ulimit -n 100; " + polyclockd_path() +
                                   " --config /dev/null --listen dt+tcp://127.0.0.1:0 --threads 1 "
                                   "2>" +
                                   log + " & until grep -q ^ready " + log +
                                   "; do sleep 0.01; done; "
                                   "kill $!; wait $!; cat " +
                                   log});
  CHECK(result.status == 0);
  CHECK(result.output.find("connections-max lowered to 63 by the limit of open files, 100") !=
        std::string::npos);
}

class configured_daemon {
 public:
  explicit configured_daemon(const std::string& settings)
      : file_(directory_.path() / "polyclockd.conf"), ready_(write(settings)) {}

  bool write(const std::string& settings) const {
    std::ofstream(file_) << "listen = dt+tcp://127.0.0.1:0\n" << settings;
    return true;
  }

  // Sends SIGHUP and waits until the log has a line with this.
  void reload(const std::string& expected) {
    const std::size_t before = count(log(), expected);
    daemon_.signal(SIGHUP);
    CHECK(eventually([&] { return count(log(), expected) > before; }));
  }

  [[nodiscard]] daemon_process& daemon() { return daemon_; }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  std::string log() { return daemon_.read_errors(); }

  temporary_directory directory_;
  std::filesystem::path file_;
  bool ready_;
  daemon_process daemon_{{"--config", file_.string()}};
};

TEST_CASE("SIGHUP applies new limits and keeps open connections") {
  configured_daemon configured("idle-timeout = 60\nlog-level = info\n");
  client_socket open(configured.daemon().endpoint());
  open.send(query_packet(1));
  CHECK(id_of(receive_reply(open)) == 1);
  configured.write("idle-timeout = 1\nlog-level = info\n");
  configured.reload("configuration reloaded");
  open.send(query_packet(2));
  CHECK(id_of(receive_reply(open)) == 2);
  CHECK(open.ends_within(std::chrono::seconds(10)));
}

TEST_CASE("a reload resets a key that was removed from the file to its default") {
  configured_daemon configured("idle-timeout = 1\n");
  configured.write("");
  configured.reload("configuration reloaded");
  client_socket open(configured.daemon().endpoint());
  open.send(query_packet(1));
  CHECK(id_of(receive_reply(open)) == 1);
  CHECK_FALSE(open.ends_within(milliseconds(2500)));
}

TEST_CASE("a reload that fails keeps the old state and logs the reason") {
  configured_daemon configured("idle-timeout = 60\n");
  client_socket open(configured.daemon().endpoint());
  configured.write("idle-timeout = soon\n");
  configured.reload("reload failed, keeping the old configuration");
  CHECK(configured.daemon().errors().find(
            configured.file().string() +
            ":2: idle-timeout: 'soon' is not a number of seconds (1 to 86400, without a unit)") !=
        std::string::npos);
  configured.write("locale = xx\n");
  configured.reload("reload failed, keeping the old configuration");
  open.send(query_packet(2));
  CHECK(id_of(receive_reply(open)) == 2);
}

TEST_CASE("a reload logs a setting that takes effect at the next start") {
  configured_daemon configured("");
  configured.write("threads = 3\n");
  configured.reload("threads: change takes effect at the next restart");
}

// What a listener answers to a classic request for a date: the language's number; 0: nobody listens.
std::uint64_t language_at(const std::string& endpoint) {
  try {
    client_socket socket(endpoint);
    socket.send(classic_date);
    return number_at(socket.receive(13), 4, 2);
  } catch (const std::runtime_error&) {
    return 0;
  }
}

TEST_CASE("a reload opens and closes listeners and keeps their connections") {
  const temporary_directory directory;
  const std::string one = directory.path() / "one";
  const std::string two = directory.path() / "two";
  configured_daemon configured("listen = dt+unix:" + one + "\n");
  client_socket open(one);
  open.send(query_packet(1));
  CHECK(id_of(receive_reply(open)) == 1);

  configured.write("listen = dt+unix:" + one + "?locale=de\nlisten = dt+unix:" + two + "\n");
  configured.reload("configuration reloaded");
  CHECK(language_at(one) == 3);
  CHECK(language_at(two) == 1);
  open.send(classic_date);  // an open session has the listener's new language too
  const bytes header = open.receive(13);
  CHECK(number_at(header, 4, 2) == 3);
  CHECK(open.receive(number_at(header, 12, 1)).size() == number_at(header, 12, 1));

  configured.write("locale = mi\nlisten = dt+unix:" + two + "\n");
  configured.reload("configuration reloaded");
  CHECK(eventually([&] { return language_at(one) == 0; }));
  CHECK_FALSE(std::filesystem::exists(one));
  CHECK(language_at(two) == 2);
  open.send(query_packet(2));
  CHECK(id_of(receive_reply(open)) == 2);
}

TEST_CASE("a new listener can use the port of a removed one") {
  const temporary_directory directory;
  const std::string file = directory.path() / "polyclockd.conf";
  std::string port;
  {
    const running_server free_port;  // which nobody has afterwards
    port = free_port.endpoint().substr(free_port.endpoint().find(':'));
  }
  std::ofstream(file) << "listen = dt+tcp://127.0.0.1" << port << "\n";
  const daemon_process configured({"--config", file});
  CHECK(language_at("127.0.0.1" + port) == 1);
  std::ofstream(file) << "listen = dt+tcp://0.0.0.0" << port << "?locale=mi\n";
  configured.signal(SIGHUP);
  CHECK(eventually([&] { return language_at("127.0.0.1" + port) == 2; }));
  CHECK(language_at("127.0.0.2" + port) == 2);
}

TEST_CASE("a reload with a listener that cannot be bound changes nothing") {
  const temporary_directory directory;
  const std::string path = directory.path() / "dt";
  const running_server taken;
  configured_daemon configured("listen = dt+unix:" + path + "\n");
  configured.write("locale = de\nlisten = dt+tcp://" + taken.endpoint() +
                   "\nlisten = dt+unix:" + directory.path().string() + "/new\n");
  configured.reload("reload failed, keeping the old configuration");
  CHECK(configured.daemon().errors().find(taken.endpoint() + ": bind: Address already in use") !=
        std::string::npos);
  CHECK(language_at(path) == 1);
  CHECK(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(directory.path() / "new"));
}

TEST_CASE("at log level error no warning is logged") {
  daemon_process daemon({"--log-level", "error"});
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == 0);
  CHECK(daemon.errors() == "listening dt+tcp " + daemon.endpoint() + "\nready\n");
}

TEST_CASE("usage and configuration errors end with status 2 and a message") {
  const auto attempt = [](std::vector<std::string> words) {
    words.insert(words.begin(), polyclockd_path());
    return run(words);
  };
  CHECK(attempt({"--nonsense"}).status == 2);
  CHECK(attempt({"stray"}).status == 2);
  const finished zone = attempt({"--config", "/dev/null", "--zone", "Mars/Olympus"});
  CHECK(zone.status == 2);
  CHECK(zone.errors == "polyclockd: command line: zone: unknown zone 'Mars/Olympus'\n");
  const finished url =
      attempt({"--config", "/dev/null", "--listen", "dt+tcp://127.0.0.1:0?locale=xx"});
  CHECK(url.status == 2);
  CHECK(
      url.errors ==
      "polyclockd: command line: listen: 'dt+tcp://127.0.0.1:0?locale=xx': unknown locale 'xx'\n");
}

TEST_CASE("check-config checks the whole file without listening") {
  const temporary_directory directory;
  const std::string file = directory.path() / "polyclockd.conf";
  const auto check = [&](const std::string& text) {
    std::ofstream(file) << text;
    return run({polyclockd_path(), "--config", file, "--check-config"});
  };
  const running_server taken;
  const finished good = check("listen = dt+tcp://" + taken.endpoint() + "\nlocale = mi\n");
  CHECK(good.status == 0);
  CHECK(good.errors.empty());
  const finished twice = check("listen = dt+tcp://[::1]:1\nlisten = dt+tcp://[::1]:1?locale=de\n");
  CHECK(twice.status == 2);
  CHECK(twice.errors ==
        "polyclockd: " + file +
            ":2: listen: 'dt+tcp://[::1]:1?locale=de': same address as the listener at " + file +
            ":1\n");
  const finished bad = check("\nlocale = xx\n");
  CHECK(bad.status == 2);
  CHECK(bad.errors == "polyclockd: " + file + ":2: locale: unknown locale 'xx'\n");
}

TEST_CASE("print-config prints what --config reads") {
  const finished printed = run({polyclockd_path(), "--config", "/dev/null", "--print-config",
                                "--zone", "europe/berlin", "--threads", "2"});
  CHECK(printed.status == 0);
  CHECK(printed.output.find("listen = dt+tcp://127.0.0.1:18814\n") == 0);
  CHECK(printed.output.find("\nthreads = 2\n") != std::string::npos);
  const temporary_directory directory;
  const std::string file = directory.path() / "printed.conf";
  std::ofstream(file) << printed.output;
  CHECK(run({polyclockd_path(), "--config", file, "--print-config"}).output == printed.output);
}

TEST_CASE("help and version go to stdout and end with 0") {
  const finished help = run({polyclockd_path(), "--help"});
  CHECK(help.status == 0);
  CHECK(help.output.find("--listen URL") != std::string::npos);
  CHECK(help.errors.empty());
  CHECK(run({polyclockd_path(), "--version"}).output == "polyclockd " POLYCLOCK_VERSION "\n");
}

TEST_CASE("the service manager is notified of start, reload and stop") {
  const temporary_directory directory;
  const std::string path = directory.path() / "notify";
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  int statuses = 0;
  int pings = 0;
  const auto receive = [&] {
    std::array<char, 256> text{};
    const ssize_t size = ::recv(socket, text.data(), text.size(), 0);
    std::string message(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    statuses += message.starts_with("STATUS=") ? 1 : 0;
    pings += message == "WATCHDOG=1" ? 1 : 0;
    return message;
  };
  const auto next = [&] {  // beside the periodic ones
    while (true) {
      const std::string message = receive();
      if (!message.starts_with("STATUS=") && message != "WATCHDOG=1") return message;
    }
  };
  daemon_process daemon({}, {"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=100000"});
  CHECK(next() == "READY=1");
  const auto end = steady_clock::now() + std::chrono::seconds(10);  // a ping in each 50 ms
  while ((pings < 5 || statuses < 1) && steady_clock::now() < end) receive();
  CHECK(pings >= 5);
  CHECK(statuses >= 1);
  daemon.signal(SIGHUP);
  CHECK(next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(next() == "READY=1");
  daemon.signal(SIGTERM);
  CHECK(next() == "STOPPING=1");
  CHECK(next() == "EXTEND_TIMEOUT_USEC=15000000");
  std::string status = receive();
  while (!status.starts_with("STATUS=")) status = receive();
  CHECK(status.ends_with("; draining"));
  CHECK(daemon.wait() == 0);
  close(socket);
}

}  // namespace
}  // namespace polyclock::test
