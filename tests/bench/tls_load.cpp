// The load generator within TLS: one thread and epoll, TLS 1.3 with one cipher and one group, and no session is ever
// resumed. Each connection comes from another network (127.X.Y.0/24), since a server may share its time among these.
//
// Usage: tls_load KEY=VALUE...
//   port=18843 kind=http|dt does=each|keep|hold connections=64 seconds=2 rate=0
//
// each: a connection for each request: connects, agrees, asks, reads the answer and closes; as fast as it goes with so
// many connections at once, or so many a second (rate), where a latency runs from when the request was due. keep: asks
// one request after another on each connection. hold: has each connection ask once, prints "held", and keeps them until
// its input ends. Prints key=value pairs; busy is the generator's share of its processor.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/questions.hpp"

namespace polyclock::bench {
namespace {

using std::chrono::steady_clock;

struct plan {
  int port = 18843;
  std::string kind = "http";
  std::string does = "each";
  std::size_t connections = 64;
  double seconds = 2;
  double rate = 0;  // 0: as fast as it goes
};

struct counts {
  std::uint64_t requests = 0;
  histogram latencies;
};

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  ERR_print_errors_fp(stderr);
  std::exit(1);
}

constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// The same agreement with every server.
SSL_CTX* make_context(const plan& plan) {
  SSL_CTX* const made = SSL_CTX_new(TLS_client_method());
  const bool is_made = made != nullptr &&
                       SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION) == 1 &&
                       SSL_CTX_set_ciphersuites(made, "TLS_AES_128_GCM_SHA256") == 1 &&
                       SSL_CTX_set_cipher_list(made, "ECDHE-ECDSA-AES128-GCM-SHA256") == 1 &&
                       SSL_CTX_set1_sigalgs_list(made, "ECDSA+SHA256") == 1 &&
                       SSL_CTX_set1_groups_list(made, "X25519") == 1;
  if (!is_made) give_up("SSL_CTX");
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(made, 1);  // one recv for a record, not two
  // That the server has the certificate's key is verified all the same.
  SSL_CTX_set_cert_verify_callback(
      made, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
  if (plan.kind == "http") SSL_CTX_set_alpn_protos(made, http_1_1.data(), http_1_1.size());
  return made;
}

struct connection {
  int descriptor = -1;
  SSL* native = nullptr;
  bool has_asked = false;
  steady_clock::time_point due;
  std::size_t in_size = 0;
  std::array<char, 8192> in;
};

// The size of the answer that the bytes begin with, or 0 where that is not known yet.
std::size_t http_size(std::string_view bytes) {
  constexpr std::string_view field = "\r\ncontent-length: ";
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  if (bytes.compare(9, 3, "200") != 0) give_up("not 200");
  for (std::size_t at = 0; at < head; at = bytes.find("\r\n", at + 1)) {
    if (strncasecmp(&bytes[at], field.data(), field.size()) != 0) continue;
    return head + 4 + std::strtoul(&bytes[at + field.size()], nullptr, 10);
  }
  give_up("no Content-Length");
}

std::size_t dt_size(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 12) return 0;
  if (byte(3) != 4) give_up("no answer");
  return byte(6) * 256U + byte(7);
}

class generator {
 public:
  explicit generator(const plan& plan)
      : plan_(plan),
        request_(plan.kind == "http" ? curl_request : encoded(german_date())),
        context_(make_context(plan)),
        epoll_(epoll_create1(0)),
        connections_(plan.connections) {}

  // One after another, so that the server's memory is that of connections at rest.
  void hold() {
    for (connection& one : connections_) {
      open_at_once(one);
      drive(one);  // asks
      drive(one);  // reads
    }
    std::puts("held");
    std::fflush(stdout);
    while (std::getchar() != EOF) continue;
  }

  counts run() {
    const bool keeps = plan_.does == "keep";
    if (keeps) {
      for (connection& one : connections_) open_at_once(one);
      for (connection& one : connections_) watch(one);
    }
    const auto start = steady_clock::now();
    next_due_ = start;
    if (plan_.rate == 0) {
      for (connection& one : connections_) keeps ? ask(one, start) : begin(one, start);
    } else {
      for (connection& one : connections_) free_.push_back(&one);
    }
    loop(start + std::chrono::duration_cast<steady_clock::duration>(
                     std::chrono::duration<double>(plan_.seconds)));
    elapsed_ = std::chrono::duration<double>(steady_clock::now() - start).count();
    return counts_;
  }

  [[nodiscard]] double elapsed() const { return elapsed_; }

 private:
  void loop(steady_clock::time_point end) {
    std::array<epoll_event, 512> events;
    for (auto now = steady_clock::now(); now < end; now = steady_clock::now()) {
      if (plan_.rate > 0) begin_due(now);
      const int count = wait(events);
      for (int i = 0; i < count; ++i) {
        drive(*static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
  }

  // Until something comes or a request is due.
  int wait(std::array<epoll_event, 512>& events) const {
    using namespace std::chrono;
    const bool has_due = plan_.rate > 0 && !free_.empty();
    const auto left = has_due ? next_due_ - steady_clock::now() : milliseconds(100);
    const timespec timeout{0, std::max<long>(duration_cast<nanoseconds>(left).count(), 0)};
    return epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  }

  void begin_due(steady_clock::time_point now) {
    const auto step = std::chrono::duration_cast<steady_clock::duration>(
        std::chrono::duration<double>(1 / plan_.rate));
    while (next_due_ <= now && !free_.empty()) {
      connection& one = *free_.front();
      free_.pop_front();
      begin(one, next_due_);
      next_due_ += step;
    }
  }

  // Each from the next network, and none from the same address soon.
  sockaddr_in next_source() {
    const std::uint32_t n = next_source_++;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr =
        htonl(0x7f000000U | (1 + n / 250 % 250) << 16U | n % 250 << 8U | (2 + n / 62'500 % 250));
    return address;
  }

  void connect(connection& one, int flags) {
    one.descriptor = socket(AF_INET, SOCK_STREAM | flags, 0);
    if (one.descriptor < 0) give_up("socket");
    const int on = 1;
    setsockopt(one.descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(one.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const sockaddr_in source = next_source();
    if (bind(one.descriptor, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) {
      give_up("bind");
    }
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.sin_port = htons(static_cast<std::uint16_t>(plan_.port));
    const int made = ::connect(one.descriptor, reinterpret_cast<sockaddr*>(&server), sizeof server);
    if (made != 0 && errno != EINPROGRESS) give_up("connect");
    one.native = SSL_new(context_);
    if (one.native == nullptr || SSL_set_fd(one.native, one.descriptor) != 1) give_up("SSL");
    SSL_set_connect_state(one.native);
    one.has_asked = false;
    one.in_size = 0;
  }

  void watch(connection& one) const {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &one;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, one.descriptor, &event);
  }

  void begin(connection& one, steady_clock::time_point due) {
    connect(one, SOCK_NONBLOCK);
    watch(one);
    one.due = due;
    drive(one);
  }

  // With its handshake.
  void open_at_once(connection& one) {
    connect(one, 0);
    if (SSL_do_handshake(one.native) != 1) give_up("handshake");
    if (plan_.does == "keep") fcntl(one.descriptor, F_SETFL, O_NONBLOCK);
  }

  void ask(connection& one, steady_clock::time_point due) {
    one.due = due;
    one.has_asked = false;
    drive(one);
  }

  // As far as it goes until the socket has to be waited for, or the answer is there.
  void drive(connection& one) {
    if (!one.has_asked) {
      const int sent = SSL_write(one.native, request_.data(), static_cast<int>(request_.size()));
      one.has_asked = sent > 0;
      if (!one.has_asked) fail_unless_waiting(one, sent);
      return;
    }
    while (!is_answered(one)) {
      const int got = SSL_read(one.native, one.in.data() + one.in_size,
                               static_cast<int>(one.in.size() - one.in_size));
      if (got <= 0) return fail_unless_waiting(one, got);
      one.in_size += static_cast<std::size_t>(got);
    }
    settle(one);
  }

  [[nodiscard]] bool is_answered(const connection& one) const {
    const std::string_view got(one.in.data(), one.in_size);
    const std::size_t size = plan_.kind == "http" ? http_size(got) : dt_size(got);
    return size > 0 && got.size() >= size;
  }

  static void fail_unless_waiting(const connection& one, int result) {
    const int why = SSL_get_error(one.native, result);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) give_up("a request failed");
  }

  void settle(connection& one) {
    const auto now = steady_clock::now();
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(now - one.due);
    ++counts_.requests;
    counts_.latencies.add(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)));
    one.in_size = 0;
    if (plan_.does == "hold") return;
    if (plan_.does == "keep") return ask(one, now);
    SSL_shutdown(one.native);
    finish(one);
  }

  // Its place is for the next one.
  void finish(connection& one) {
    SSL_free(one.native);
    close(one.descriptor);
    if (plan_.rate > 0) {
      free_.push_back(&one);
    } else {
      begin(one, steady_clock::now());
    }
  }

  const plan& plan_;
  std::string request_;
  SSL_CTX* context_;
  int epoll_;
  std::vector<connection> connections_;
  std::deque<connection*> free_;  // where requests come at a rate
  steady_clock::time_point next_due_;
  std::uint32_t next_source_ = static_cast<std::uint32_t>(getpid()) * 977;
  counts counts_;
  double elapsed_ = 0;
};

plan parse(int count, char** words) {
  auto values = settings_of(count, words);
  plan plan;
  const auto has = [&](const char* key) { return values.count(key) > 0; };
  if (has("port")) plan.port = std::stoi(values["port"]);
  if (has("kind")) plan.kind = values["kind"];
  if (has("does")) plan.does = values["does"];
  if (has("connections")) plan.connections = std::stoul(values["connections"]);
  if (has("seconds")) plan.seconds = std::stod(values["seconds"]);
  if (has("rate")) plan.rate = std::stod(values["rate"]);
  return plan;
}

double own_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int run(const plan& plan) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto load = std::make_unique<generator>(plan);
  if (plan.does == "hold") {
    load->hold();
    return 0;
  }
  const counts counts = load->run();
  const auto us = [&](double share) {
    return static_cast<double>(counts.latencies.quantile(share)) / 1000;
  };
  std::printf("per_second=%.0f requests=%llu p50=%.1f p99=%.1f p999=%.1f busy=%.2f\n",
              static_cast<double>(counts.requests) / load->elapsed(),
              static_cast<unsigned long long>(counts.requests), us(0.5), us(0.99), us(0.999),
              own_seconds() / load->elapsed());
  return 0;
}

}  // namespace
}  // namespace polyclock::bench

int main(int count, char** words) {
  return polyclock::bench::run(polyclock::bench::parse(count, words));
}
