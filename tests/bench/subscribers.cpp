// Many subscribers of one text: how late each event arrives, and whether one is lost or comes twice. One thread and
// epoll; all connections come from loopback.
//
// Usage: subscribers KEY=VALUE...
//   port=8814 count=1000 seconds=10 target=/v1/events?style=iso unread=0
// Of those, `unread` never read. Prints key=value pairs, lateness in ms: of all events but the first of each
// subscriber, and of the last one of each instant; `missed` counts instants that a subscriber was not told, though
// others were.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace polyclock::bench {
namespace {

struct plan {
  int port = 8814;
  std::size_t count = 1000;
  std::size_t unread = 0;
  double seconds = 10;
  std::string target = "/v1/events?style=iso";
};

plan read_plan(int argc, char** argv) {
  plan made;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = word.substr(equals + 1);
    if (key == "port") made.port = std::stoi(value);
    if (key == "count") made.count = std::stoul(value);
    if (key == "unread") made.unread = std::stoul(value);
    if (key == "seconds") made.seconds = std::stod(value);
    if (key == "target") made.target = value;
  }
  return made;
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

double wall_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Each has an address of its own network, as far as loopback has them.
int connect_to(int port, std::size_t index) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) fail("socket");
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(0x7F000002U + static_cast<std::uint32_t>(index % 200));
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(made, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) fail("bind");
  if (::connect(made, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
    fail("connect");
  return made;
}

struct subscriber {
  int socket = -1;
  std::string rest;  // what came behind the last whole line
  std::int64_t last = 0;
  std::size_t events = 0;
};

class measurement {
 public:
  explicit measurement(const plan& asked) : plan_(asked), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    const std::string request =
        "GET " + plan_.target + " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n";
    for (std::size_t i = 0; i < plan_.count; ++i) {
      subscribers_[i].socket = connect_to(plan_.port, i);
      if (::send(subscribers_[i].socket, request.data(), request.size(), 0) < 0) fail("send");
      if (i < plan_.unread) continue;
      epoll_event wanted{.events = EPOLLIN, .data = {.u64 = i}};
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, subscribers_[i].socket, &wanted) != 0) fail("epoll");
      read_ready(0);
    }
  }

  void run() {
    const double end = wall_now() + plan_.seconds;
    // It sleeps in between, so that not every event has to wake it up, which costs the server more than to send one.
    while (wall_now() < end) {
      read_ready(0);
      ::usleep(500);
    }
    report();
  }

 private:
  void read_ready(int timeout) {
    std::array<epoll_event, 4096> ready;
    const int count = ::epoll_wait(epoll_, ready.data(), ready.size(), timeout);
    for (int i = 0; i < count; ++i) read(subscribers_[ready[static_cast<std::size_t>(i)].data.u64]);
  }

  void read(subscriber& one) {
    std::array<char, 16384> bytes;
    const auto size = ::recv(one.socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size <= 0) {
      ++ended_;
      ::close(one.socket);
      return;
    }
    one.rest.append(bytes.data(), static_cast<std::size_t>(size));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = one.rest.find('\n', begin)) != std::string::npos;) {
      take_line(one, std::string_view(one.rest).substr(begin, end - begin));
      begin = end + 1;
    }
    one.rest.erase(0, begin);
  }

  void take_line(subscriber& one, std::string_view line) {
    if (!line.starts_with("id: ")) return;
    const std::int64_t id = std::strtoll(line.data() + 4, nullptr, 10);
    if (id <= one.last) ++twice_;
    one.last = id;
    if (one.events++ == 0) return;
    const double late = (wall_now() - static_cast<double>(id)) * 1000;
    lateness_.push_back(late);
    tick& at = ticks_[id];
    ++at.told;
    at.last = std::max(at.last, late);
  }

  void report() {
    std::sort(lateness_.begin(), lateness_.end());
    const auto share = [&](double part) {
      if (lateness_.empty()) return 0.0;
      return lateness_[static_cast<std::size_t>(static_cast<double>(lateness_.size() - 1) * part)];
    };
    // Those that were open all the time.
    const std::size_t readers = plan_.count - plan_.unread;
    std::size_t missed = 0;
    double last = 0;
    for (auto at = ticks_.begin(); at != ticks_.end(); ++at) {
      const bool is_whole = at != ticks_.begin() && std::next(at) != ticks_.end();
      if (is_whole || ticks_.size() <= 2) missed += readers - std::min(readers, at->second.told);
      last = std::max(last, at->second.last);
    }
    std::printf(
        "events=%zu instants=%zu p50=%.1f p99=%.1f last=%.1f twice=%zu missed=%zu ended=%zu\n",
        lateness_.size(), ticks_.size(), share(0.5), share(0.99), last, twice_, missed, ended_);
  }

  struct tick {
    std::size_t told = 0;
    double last = 0;
  };

  plan plan_;
  int epoll_;
  std::vector<subscriber> subscribers_{plan_.count};
  std::vector<double> lateness_;
  std::map<std::int64_t, tick> ticks_;
  std::size_t twice_ = 0;
  std::size_t ended_ = 0;
};

}  // namespace
}  // namespace polyclock::bench

int main(int argc, char** argv) {
  polyclock::bench::measurement measured(polyclock::bench::read_plan(argc, argv));
  measured.run();
}
