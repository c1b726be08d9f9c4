// The load generator: one thread and epoll, as many connections and requests in flight as asked for, as fast as it
// goes or at a fixed rate. At a fixed rate a latency runs from when its request was due, not from when it got out,
// so that a server that stalls pays for all who would have asked meanwhile (no coordinated omission). At a low one
// the generator sleeps in between, so that other load has room on its core.
//
// Usage: load KEY=VALUE...
//   port=18814 kind=query|triples|instants|ahead|classic|once|redis|http|browser connections=64 depth=1 seconds=2
//   rate=0 record=FILE
// Prints key=value pairs; record writes one reply to a file and ends, size_of=KIND prints a request's size.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/questions.hpp"

namespace polyclock::bench {
namespace {

using std::chrono::steady_clock;

struct plan {
  int port = 18814;
  std::string kind = "query";
  std::size_t connections = 64;
  std::size_t depth = 1;
  double seconds = 2;
  double rate = 0;  // 0: as fast as it goes
  std::string record;
  std::string size_of;
};

// As Chromium asks.
constexpr const char* browser_request =
    "GET /v1/text?locale=de&zone=Europe/Berlin&style=full&what=date HTTP/1.1\r\n"
    "Host: 127.0.0.1:8814\r\nConnection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\nsec-ch-ua-mobile: ?0\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\nUpgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n"
    "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\n"
    "Sec-Fetch-Dest: document\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7\r\n\r\n";
constexpr std::size_t redis_lines = 5;  // of one reply

struct counts {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  histogram latencies;
};

// 256 different questions: 8 locales, 8 zones, 4 styles.
std::vector<std::string> triples() {
  std::vector<std::string> all;
  for (const char* locale : {"en", "mi", "de", "fr", "ja", "es", "pt", "it"}) {
    for (const char* zone : {"UTC", "Europe/Berlin", "Pacific/Auckland", "Asia/Tokyo",
                             "America/New_York", "Africa/Cairo", "Asia/Kolkata", "Europe/London"}) {
      for (const char* style : {"full", "long", "medium", "short"}) {
        protocol::query query = german_date();
        query.locales[0] = locale;
        query.zone = zone;
        query.style = style;
        all.push_back(encoded(query));
      }
    }
  }
  return all;
}

// Each another instant, seven seconds and some days apart.
std::vector<std::string> instants() {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < 65536; ++i) {
    protocol::query query = german_date();
    query.instant = {1'600'000'000 + i * 86'407, 0};
    all.push_back(encoded(query));
  }
  return all;
}

// The texts of an hour's minutes.
std::string ahead() {
  protocol::query query = german_date();
  query.what = protocol::subject::time;
  query.style = "short";
  query.ahead = 60;
  return encoded(query);
}

std::vector<std::string> requests_of(const plan& plan) {
  if (plan.kind == "ahead") return {ahead()};
  if (plan.kind == "triples") return triples();
  if (plan.kind == "instants") return instants();
  if (plan.kind == "classic") return {std::string("\x49\x7e\0\1\0\1", 6)};
  if (plan.kind == "once") return {""};
  if (plan.kind == "redis") return {"TIME\r\n"};
  if (plan.kind == "http") return {curl_request};
  if (plan.kind == "browser") return {browser_request};
  return {encoded(german_date())};
}

struct batch {
  steady_clock::time_point due;
  std::size_t count;
};

struct connection {
  int descriptor = -1;
  std::deque<batch> waiting;  // sent and not answered, oldest first
  std::size_t in_size = 0;
  std::array<char, 65536> in;
};

class generator {
 public:
  explicit generator(const plan& plan)
      : plan_(plan), requests_(requests_of(plan)), epoll_(epoll_create1(0)) {
    for (std::size_t i = 0; i < plan.connections; ++i) open(connections_.emplace_back());
  }

  counts run() {
    const auto start = steady_clock::now();
    const auto end = start + std::chrono::duration_cast<steady_clock::duration>(
                                 std::chrono::duration<double>(plan_.seconds));
    next_due_ = start;
    if (plan_.rate == 0) {
      for (connection& one : connections_) send(one, plan_.depth, start);
    }
    std::array<epoll_event, 512> events;
    for (auto now = start; now < end; now = steady_clock::now()) {
      if (plan_.rate > 0) send_due(now);
      const int count = wait(events);
      for (int i = 0; i < count; ++i) {
        receive(*static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
    elapsed_ = std::chrono::duration<double>(steady_clock::now() - start).count();
    return counts_;
  }

  [[nodiscard]] double elapsed() const { return elapsed_; }

  // One reply.
  std::string record() {
    connection& one = connections_.front();
    send(one, 1, steady_clock::now());
    ssize_t got = 0;
    while (got <= 0) got = recv(one.descriptor, one.in.data(), one.in.size(), 0);
    return {one.in.data(), static_cast<std::size_t>(got)};
  }

 private:
  void open(connection& one) {
    const bool datagrams = plan_.kind == "classic";
    one.descriptor = socket(AF_INET, (datagrams ? SOCK_DGRAM : SOCK_STREAM), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(plan_.port));
    if (connect(one.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      std::perror("connect");
      std::exit(1);
    }
    const int on = 1;
    setsockopt(one.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &one;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, one.descriptor, &event);
  }

  // Until something comes or a request is due.
  int wait(std::array<epoll_event, 512>& events) const {
    using namespace std::chrono;
    const auto left = plan_.rate > 0 ? next_due_ - steady_clock::now() : milliseconds(100);
    const timespec timeout{0, std::max<long>(duration_cast<nanoseconds>(left).count(), 0)};
    return epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  }

  void send_due(steady_clock::time_point now) {
    const auto step = std::chrono::duration_cast<steady_clock::duration>(
        std::chrono::duration<double>(1 / plan_.rate));
    while (next_due_ <= now) {
      send(connections_[next_connection_], 1, next_due_);
      next_connection_ = (next_connection_ + 1) % connections_.size();
      next_due_ += step;
    }
  }

  void send(connection& one, std::size_t count, steady_clock::time_point due) {
    one.waiting.push_back({due, count});
    if (plan_.kind == "once") return;  // to connect is to ask
    out_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      out_ += requests_[next_request_];
      next_request_ = (next_request_ + 1) % requests_.size();
    }
    if (::send(one.descriptor, out_.data(), out_.size(), MSG_NOSIGNAL) < 0) ++counts_.errors;
  }

  void receive(connection& one) {
    const ssize_t got = recv(one.descriptor, one.in.data() + one.in_size,
                             one.in.size() - one.in_size, MSG_DONTWAIT);
    if (plan_.kind == "once") return receive_end(one, got);
    if (got <= 0) {
      ++counts_.errors;
      return;
    }
    one.in_size += static_cast<std::size_t>(got);
    const std::size_t count = take(one);
    settle(one, count, steady_clock::now());
    if (plan_.rate == 0 && count > 0) send(one, count, steady_clock::now());
  }

  // A connection that has brought its line is replaced by a new one.
  void receive_end(connection& one, ssize_t got) {
    if (got > 0) return;
    settle(one, 1, steady_clock::now());
    close(one.descriptor);
    one.in_size = 0;
    open(one);
    send(one, 1, steady_clock::now());
  }

  std::size_t take(connection& one) {
    if (plan_.kind == "classic") return take_datagram(one);
    if (plan_.kind == "redis") return take_lines(one);
    const bool is_http = plan_.kind == "http" || plan_.kind == "browser";
    return is_http ? take_responses(one) : take_replies(one);
  }

  // How many replies of so many lines there are; what follows them stays.
  std::size_t take_lines(connection& one) {
    std::size_t used = 0;
    std::size_t lines = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < one.in_size; ++i) {
      if (one.in[i] != '\n' || ++lines % redis_lines != 0) continue;
      ++count;
      used = i + 1;
    }
    drop(one, used);
    return count;
  }

  // Likewise of HTTP, whose heads say how long their bodies are.
  std::size_t take_responses(connection& one) {
    constexpr std::string_view field = "Content-Length: ";
    std::size_t count = 0;
    std::string_view rest(one.in.data(), one.in_size);
    while (true) {
      const std::size_t head = rest.find("\r\n\r\n");
      if (head == std::string_view::npos) break;
      const std::size_t length = rest.find(field);
      if (length > head || rest.compare(9, 3, "200") != 0) std::abort();
      const std::size_t size = head + 4 + std::strtoul(&rest[length + field.size()], nullptr, 10);
      if (size > rest.size()) break;
      rest.remove_prefix(size);
      ++count;
    }
    drop(one, one.in_size - rest.size());
    return count;
  }

  static void drop(connection& one, std::size_t used) {
    std::memmove(one.in.data(), one.in.data() + used, one.in_size - used);
    one.in_size -= used;
  }

  std::size_t take_datagram(connection& one) {
    if (one.in_size < 13 || one.in[3] != 2) ++counts_.errors;
    one.in_size = 0;
    return 1;
  }

  // How many whole replies there are; what follows them stays.
  std::size_t take_replies(connection& one) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(one.in[i]); };
    std::size_t used = 0;
    std::size_t count = 0;
    while (one.in_size - used >= 12) {
      const std::size_t size = byte(used + 6) * 256U + byte(used + 7);
      if (size < 12) std::abort();
      if (one.in_size - used < size) break;
      if (byte(used + 3) != 4) ++counts_.errors;  // not an answer
      used += size;
      ++count;
    }
    drop(one, used);
    return count;
  }

  void settle(connection& one, std::size_t count, steady_clock::time_point now) {
    counts_.requests += count;
    while (count > 0 && !one.waiting.empty()) {
      batch& oldest = one.waiting.front();
      const std::size_t settled = std::min(count, oldest.count);
      const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(now - oldest.due);
      counts_.latencies.add(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)),
                            settled);
      oldest.count -= settled;
      count -= settled;
      if (oldest.count == 0) one.waiting.pop_front();
    }
  }

  const plan& plan_;
  std::vector<std::string> requests_;
  std::size_t next_request_ = 0;
  int epoll_;
  std::deque<connection> connections_;
  std::size_t next_connection_ = 0;
  steady_clock::time_point next_due_;
  std::string out_;
  counts counts_;
  double elapsed_ = 0;
};

plan parse(int count, char** words) {
  auto values = settings_of(count, words);
  plan plan;
  const auto has = [&](const char* key) { return values.count(key) > 0; };
  if (has("port")) plan.port = std::stoi(values["port"]);
  if (has("kind")) plan.kind = values["kind"];
  if (has("connections")) plan.connections = std::stoul(values["connections"]);
  if (has("depth")) plan.depth = std::stoul(values["depth"]);
  if (has("seconds")) plan.seconds = std::stod(values["seconds"]);
  if (has("rate")) plan.rate = std::stod(values["rate"]);
  if (has("record")) plan.record = values["record"];
  if (has("size_of")) plan.size_of = values["size_of"];
  return plan;
}

int run(const plan& plan) {
  if (!plan.size_of.empty()) {
    bench::plan other = plan;
    other.kind = plan.size_of;
    std::printf("%zu\n", requests_of(other).front().size());
    return 0;
  }
  generator load(plan);
  if (!plan.record.empty()) {
    std::ofstream(plan.record, std::ios::binary) << load.record();
    return 0;
  }
  const counts counts = load.run();
  const auto us = [&](double share) {
    return static_cast<double>(counts.latencies.quantile(share)) / 1000;
  };
  std::printf("per_second=%.0f requests=%llu errors=%llu p50=%.1f p99=%.1f p999=%.1f\n",
              static_cast<double>(counts.requests) / load.elapsed(),
              static_cast<unsigned long long>(counts.requests),
              static_cast<unsigned long long>(counts.errors), us(0.5), us(0.99), us(0.999));
  return counts.errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace polyclock::bench

int main(int count, char** words) {
  return polyclock::bench::run(polyclock::bench::parse(count, words));
}
