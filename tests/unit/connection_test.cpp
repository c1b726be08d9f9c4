// Connections on streams: a scripted one whose every operation goes wrong in turn, and real sockets of two families.
#include "net/session/connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <thread>

#include "net/schedule/scheduler_loop.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/event_service.hpp"
#include "support/letter_service.hpp"
#include "support/scripted_stream.hpp"

namespace polyclock::test {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

// What a listener is to its connections.
template <typename Service, typename Stream>
class connection_host final : net::connection_observer {
 public:
  using connection_type = net::connection<Service, Stream>;

  explicit connection_host(Service service = {}, net::limits bounds = {})
      : limits(bounds),
        shared{{std::move(service), limits, counts, {}, &net::steady_clock::now},
               rounds.get(),
               idle,
               errors,
               *this} {}

  // Runs one connection to its end.
  void serve(Stream stream) {
    auto& one = *new connection_type(shared, {}, std::move(stream), 0);
    ++open;
    one.start();
    while (open > 0) {
      context.restart();
      REQUIRE(context.run_one_for(std::chrono::seconds(20)) > 0);
    }
  }

  asio::io_context context{1};
  net::scheduler_loop rounds{context};
  net::limits limits;
  net::counters counts;
  net::idle_connections idle;
  net::client_errors errors;
  typename connection_type::context shared;
  int open = 0;

 private:
  void on_failure(const std::exception& failure) noexcept override { FAIL(failure.what()); }
  void on_connection_end() noexcept override { --open; }
};

std::string hundred(char c) {
  return std::string(100, c);
}

script run_script(script plan) {
  connection_host<letter_service, scripted_stream> host;
  host.serve(scripted_stream(host.context, plan));
  CHECK(plan.is_closed);
  CHECK(host.shared.sessions.pool.lent() == 0);
  return plan;
}

TEST_CASE("whichever operation fails, is cut short or is late, nothing wrong is sent") {
  // Pipelined requests, one that waits for a turn, a reply in two parts, and the end with unread input.
  const std::string input = "=a=b=x=r=c=x=z and more";
  const std::string expected = hundred('a') + hundred('b') + hundred('x') + hundred('r') +
                               hundred('r') + hundred('c') + hundred('x') + hundred('z');
  const script undisturbed = run_script(script(input));
  CHECK(undisturbed.output == expected);
  CHECK(undisturbed.output_ended);
  CHECK(undisturbed.operations >= 4);
  for (std::size_t faulty = 1; faulty <= undisturbed.operations; ++faulty) {
    CAPTURE(faulty);
    const script failed = run_script(script(input, faulty, fault::error));
    CHECK(expected.starts_with(failed.output));
    for (const fault kind : {fault::short_count, fault::delay}) {
      CHECK(run_script(script(input, faulty, kind)).output == expected);
    }
  }
}

script run_events(script plan, milliseconds patience = milliseconds(40)) {
  plan.end_after = patience;
  connection_host<event_service, scripted_stream> host;
  host.serve(scripted_stream(host.context, plan));
  CHECK(plan.is_closed);
  CHECK(host.shared.sessions.pool.lent() == 0);
  CHECK(host.counts.subscribers == 0);
  return plan;
}

// On a machine that pauses, the input may end before the last event: then once more with more patience.
std::string events_of(const script& plan, const std::string& expected) {
  for (milliseconds patience(40);; patience *= 4) {
    std::string output = run_events(plan, patience).output;
    if (output == expected || patience > std::chrono::seconds(2)) return output;
  }
}

TEST_CASE("events are neither lost nor sent twice, whichever operation is cut short or late") {
  const std::string input = "?s";
  std::string expected;
  for (const char letter : std::string("?sabcdez")) expected += hundred(letter);
  CHECK(events_of(script(input), expected) == expected);
  const script undisturbed = run_events(script(input), milliseconds(160));
  CHECK(undisturbed.operations >= 9);
  for (std::size_t faulty = 1; faulty <= undisturbed.operations; ++faulty) {
    CAPTURE(faulty);
    CHECK(expected.starts_with(run_events(script(input, faulty, fault::error)).output));
    for (const fault kind : {fault::short_count, fault::delay}) {
      CHECK(events_of(script(input, faulty, kind), expected) == expected);
    }
  }
}

net::limits short_limits() {
  net::limits limits;
  limits.request_timeout = milliseconds(1);
  return limits;
}

TEST_CASE("an operation that is too late ends the connection") {
  script plan("=a", 2, fault::delay);
  connection_host<letter_service, scripted_stream> host({}, short_limits());
  host.serve(scripted_stream(host.context, plan));
  CHECK(plan.output.empty());
  CHECK(host.counts.late == 1);
}

// Streams a body of 1 MiB through a reply of many steps, or shares it.
struct body_service {
  struct peer {
    std::size_t sent = 0;
  };
  static constexpr std::size_t request_size_max = 1;
  static constexpr std::size_t reply_size_max = 4096;
  static constexpr std::size_t body_size = 1 << 20;

  static void observe_time() noexcept {}

  protocol::step advance(peer& of, const protocol::step_input& in,
                         std::span<std::byte> out) const noexcept {
    if (in.bytes.empty()) return {};
    if (in.bytes[0] == std::byte{'s'}) return {.consumed = 1, .body = *body};
    const std::size_t size = std::min(reply_size_max, body_size - of.sent);
    std::copy_n(body->begin() + static_cast<std::ptrdiff_t>(of.sent), size, out.begin());
    of.sent = (of.sent + size) % body_size;
    const bool is_last = of.sent == 0;
    return {.consumed = is_last ? 1U : 0U,
            .produced = size,
            .next = is_last ? protocol::wanted::input : protocol::wanted::room};
  }

  std::shared_ptr<const bytes> body = [] {
    bytes made(body_size);
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::byte>(i * i >> 3);
    return std::make_shared<const bytes>(std::move(made));
  }();
};

// Sends the requests and returns all that comes, until the server closes.
template <typename Socket>
std::string exchange(Socket& socket, std::string_view requests) {
  asio::write(socket, asio::buffer(requests));
  socket.shutdown(asio::socket_base::shutdown_send);
  std::string all;
  net::error_code error;
  asio::read(socket, asio::dynamic_buffer(all), error);
  CHECK(error == asio::error::eof);
  return all;
}

template <typename Protocol, typename Service, typename Connect>
std::string exchange_over(Service service, std::string_view requests, Connect connect) {
  using socket_type = asio::basic_stream_socket<Protocol, net::executor>;
  connection_host<Service, socket_type> host(std::move(service));
  asio::io_context clients{1};
  socket_type client(clients);
  socket_type server(host.context);
  connect(client, server);
  std::string got;
  std::thread peer([&] { got = exchange(client, requests); });
  host.serve(std::move(server));
  peer.join();
  return got;
}

void connect_tcp(asio::basic_stream_socket<asio::ip::tcp, net::executor>& client,
                 asio::basic_stream_socket<asio::ip::tcp, net::executor>& server) {
  asio::basic_socket_acceptor<asio::ip::tcp, net::executor> acceptor(
      server.get_executor(), {asio::ip::address_v4::loopback(), 0});
  client.connect(acceptor.local_endpoint());
  acceptor.accept(server);
}

const auto connect_local = [](auto& client, auto& server) {
  asio::local::connect_pair(client, server);
};

TEST_CASE("a body of 1 MiB arrives whole, streamed or shared, over TCP and a Unix socket") {
  const body_service service;
  const std::string body = to_text(*service.body);
  CHECK(exchange_over<asio::ip::tcp>(service, "bsb", connect_tcp) == body + body + body);
  CHECK(exchange_over<asio::local::stream_protocol>(service, "bsb", connect_local) ==
        body + body + body);
}

// Sends a line each 10 ms, ten times, without being asked.
struct ticking_service {
  struct peer {
    int lines = 0;
  };
  static constexpr std::size_t request_size_max = 1;
  static constexpr std::size_t reply_size_max = 5;
  static void observe_time() noexcept {}
  static protocol::step advance(peer& of, const protocol::step_input&,
                                std::span<std::byte> out) noexcept {
    const bytes line = from_text("tick\n");
    std::copy(line.begin(), line.end(), out.begin());
    if (++of.lines == 10) return {.produced = 5, .next = protocol::wanted::end};
    return {.produced = 5, .wake_after = milliseconds(10)};
  }
};

TEST_CASE("a service pushes a line each 10 ms") {
  const auto start = net::steady_clock::now();
  const std::string lines = exchange_over<asio::ip::tcp>(ticking_service(), "", connect_tcp);
  CHECK(lines.size() == 50);
  CHECK(net::steady_clock::now() - start >= milliseconds(80));  // the end of input is a step too
}

}  // namespace
}  // namespace polyclock::test
