// The real server object on loopback: what a client does, well or badly, and what it gets.
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/dt_client.hpp"
#include "support/encoded.hpp"
#include "support/running_server.hpp"
#include "support/socket.hpp"

namespace polyclock::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

TEST_CASE("one request gets one reply") {
  const running_server server;
  client_socket socket(server.endpoint());
  socket.send(query_packet(5));
  const bytes reply = receive_reply(socket);
  CHECK(kind_of(reply) == "answer");
  CHECK(id_of(reply) == 5);
}

TEST_CASE("ten thousand pipelined queries get their answers in order") {
  const running_server server;
  client_socket socket(server.endpoint());
  std::thread sender([&] {
    for (std::uint32_t id = 1; id <= 10000; ++id) socket.send(query_packet(id));
  });
  for (std::uint32_t id = 1; id <= 10000; ++id) {
    const bytes reply = receive_reply(socket);
    if (id_of(reply) != id || kind_of(reply) != "answer") {
      CHECK(id_of(reply) == id);
      break;
    }
  }
  sender.join();
}

TEST_CASE("classic and extended requests mix in one connection") {
  const running_server server;
  client_socket socket(server.endpoint());
  socket.send(classic_date + query_packet(2) + classic_date);
  const bytes header = socket.receive(13);
  CHECK(first(header, 4) == from_hex("497e 0002"));
  CHECK(socket.receive(number_at(header, 12, 1)).size() == number_at(header, 12, 1));
  CHECK(id_of(receive_reply(socket)) == 2);
  CHECK(first(socket.receive(13), 4) == from_hex("497e 0002"));
}

TEST_CASE("an idle session answers later requests and drains") {
  running_server server;
  client_socket idle(server.endpoint());
  client_socket silent(server.endpoint());
  for (std::uint32_t id = 1; id <= 3; ++id) {
    idle.send(query_packet(id));
    CHECK(id_of(receive_reply(idle)) == id);
  }
  server.get().drain();
  CHECK(idle.ends_within(milliseconds(3000)));
  CHECK(silent.ends_within(milliseconds(3000)));
  CHECK(eventually([&] { return server.get().is_finished(); }));
}

TEST_CASE("a request that comes a byte at a time is answered once") {
  const running_server server;
  client_socket socket(server.endpoint());
  for (const std::byte octet : query_packet(1) + query_packet(2)) {
    socket.send({&octet, 1});
    std::this_thread::sleep_for(milliseconds(1));
  }
  CHECK(id_of(receive_reply(socket)) == 1);
  CHECK(id_of(receive_reply(socket)) == 2);
  socket.finish_sending();
  CHECK(socket.receive_all().empty());
}

TEST_CASE("a half-closed client gets every answer and then the end") {
  const running_server server;
  client_socket socket(server.endpoint());
  bytes requests;
  for (std::uint32_t id = 1; id <= 300; ++id) requests = std::move(requests) + query_packet(id);
  socket.send(requests + first(query_packet(301), 9));
  socket.finish_sending();
  bytes all = socket.receive_all();
  const std::size_t length = number_at(all, 6, 2);
  REQUIRE(all.size() == 300 * length);
  for (std::uint32_t id = 1; id <= 300; ++id) {
    REQUIRE(number_at(all, (id - 1) * length + 8, 4) == id);
  }
}

TEST_CASE("garbage gets an error and the end of the stream, after the answers before it") {
  const running_server server;
  client_socket socket(server.endpoint());
  socket.send(query_packet(1) + from_text("GET / HTTP/1.1\r\n\r\n") + query_packet(2));
  CHECK(id_of(receive_reply(socket)) == 1);
  CHECK(kind_of(receive_reply(socket)) == "malformed");
  CHECK(socket.receive_all().empty());
}

TEST_CASE("an error before the end is not lost, however much garbage follows") {
  const running_server server;
  client_socket socket(server.endpoint());
  socket.send(from_text(std::string(30000, 'x')));
  CHECK(kind_of(receive_reply(socket)) == "malformed");
  CHECK(socket.receive_all().empty());
}

TEST_CASE("a declared length over the limit is refused at once") {
  const running_server server;
  client_socket socket(server.endpoint());
  socket.send(from_hex("497e 0003 01 00 ffff 00000007"));
  const bytes reply = receive_reply(socket);
  CHECK(kind_of(reply) == "too_large");
  CHECK(id_of(reply) == 7);
  CHECK(socket.receive_all().empty());
}

TEST_CASE("a query with broken fields gets its error and the next one its answer") {
  const running_server server;
  client_socket socket(server.endpoint());
  socket.send(from_hex("497e 0003 01 00 0011 00000008 0001 0001 09") + query_packet(9));
  CHECK(kind_of(receive_reply(socket)) == "malformed");
  CHECK(id_of(receive_reply(socket)) == 9);
}

TEST_CASE("a silent client is closed after the idle time") {
  const running_server server({.idle_timeout = milliseconds(300)});
  client_socket socket(server.endpoint());
  const auto start = steady_clock::now();
  CHECK(socket.ends_within(std::chrono::seconds(10)));
  CHECK(since(start) >= milliseconds(290));
}

TEST_CASE("a request's time runs from its first byte, however steadily the others come") {
  const running_server server({.request_timeout = milliseconds(500)});
  client_socket socket(server.endpoint());
  const bytes packet = query_packet(1);
  const auto start = steady_clock::now();
  std::size_t sent = 0;
  while (sent < packet.size() - 1 && !socket.ends_within(milliseconds(100))) {
    sent += socket.send_some({packet.data() + sent, 1});
    if (since(start) > std::chrono::seconds(10)) break;
  }
  CHECK(since(start) >= milliseconds(490));
  CHECK(since(start) < std::chrono::seconds(5));
}

TEST_CASE("a client that reads no replies is closed and delays no other") {
  running_server server({.request_timeout = milliseconds(500)});
  client_socket slow(server.endpoint());
  slow.shrink_receive_buffer();
  bytes requests;
  for (std::uint32_t id = 1; id <= 1000; ++id) requests = std::move(requests) + query_packet(id);
  const auto start = steady_clock::now();
  client_socket good(server.endpoint());
  REQUIRE(eventually([&] { return server.get().connections() == 2; }));
  while (server.get().connections() > 1 && since(start) < std::chrono::seconds(15)) {
    slow.send_some(requests);
    good.send(query_packet(3));
    REQUIRE(id_of(receive_reply(good)) == 3);
  }
  CHECK(server.get().connections() == 1);
}

TEST_CASE("a client that resets in mid-request leaves nothing behind") {
  running_server server;
  for (int i = 0; i < 50; ++i) {
    client_socket socket(server.endpoint());
    socket.send(query_packet(1) + first(query_packet(2), 7));
    socket.reset();
  }
  CHECK(eventually([&] { return server.get().connections() == 0; }));
  client_socket socket(server.endpoint());
  socket.send(query_packet(4));
  CHECK(id_of(receive_reply(socket)) == 4);
}

TEST_CASE("at the connection limit the backlog holds and everyone is served in the end") {
  running_server server({.connections_max = 3});
  std::vector<client_socket> open;
  for (int i = 0; i < 3; ++i) {
    open.emplace_back(server.endpoint());
    open.back().send(query_packet(1));
    CHECK(id_of(receive_reply(open.back())) == 1);
  }
  client_socket waiting(server.endpoint());
  waiting.send(query_packet(2));
  CHECK(eventually([&] { return !server.events().empty(); }));
  CHECK(server.events()[0] == "connection limit reached, new connections wait in the backlog");
  CHECK(server.get().connections() == 3);
  open.clear();
  CHECK(id_of(receive_reply(waiting)) == 2);
}

TEST_CASE("at the connection limit the oldest connection that has asked nothing is closed") {
  for (const std::size_t workers : {1U, 4U}) {
    CAPTURE(workers);
    running_server server({.connections_max = 3}, workers);
    client_socket useful(server.endpoint());
    useful.send(query_packet(1));
    CHECK(id_of(receive_reply(useful)) == 1);
    client_socket oldest(server.endpoint());
    oldest.send(first(query_packet(2), 10));  // half a request is none
    CHECK(eventually([&] { return server.get().connections() == 2; }));
    client_socket newest(server.endpoint());
    CHECK(eventually([&] { return server.get().connections() == 3; }));
    client_socket next(server.endpoint());
    next.send(query_packet(3));
    CHECK(id_of(receive_reply(next)) == 3);
    CHECK(oldest.ends_within(std::chrono::seconds(10)));
    newest.send(query_packet(4));
    if (workers == 1)
      CHECK(id_of(receive_reply(newest)) == 4);  // else it may have been in the way too
    useful.send(query_packet(5));
    CHECK(id_of(receive_reply(useful)) == 5);
  }
}

TEST_CASE("at the connection limit the connection that has been idle longest is closed") {
  for (const std::size_t workers : {1U, 4U}) {
    CAPTURE(workers);
    running_server server({.connections_max = 3}, workers);
    std::vector<client_socket> open;
    const auto ask = [](client_socket& socket, std::uint32_t id) {
      socket.send(query_packet(id));
      return id_of(receive_reply(socket)) == id;
    };
    for (std::uint32_t i = 0; i < 3; ++i) {
      open.emplace_back(server.endpoint());
      CHECK(ask(open.back(), i));
    }
    client_socket next(server.endpoint());
    next.send(query_packet(4));
    // Meanwhile the first is busy.
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
    while (std::chrono::steady_clock::now() < end) {
      CHECK(ask(open[0], 5));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CHECK(id_of(receive_reply(next)) == 4);
    CHECK(ask(open[0], 6));
    if (workers == 1)
      CHECK(open[1].ends_within(std::chrono::seconds(10)));  // else the third may be
  }
}

// The system's clock, and by how much a test has set it.
class set_clock final : public clock::wall_clock {
 public:
  explicit set_clock(const std::atomic<std::int64_t>& seconds) : seconds_(seconds) {}

  [[nodiscard]] clock::instant now() const noexcept override {
    clock::instant read = system_.now();
    read.seconds += seconds_;
    return read;
  }
  [[nodiscard]] clock::clock_quality quality() noexcept override { return system_.quality(); }

 private:
  const std::atomic<std::int64_t>& seconds_;
  clock::system_clock system_;
};

TEST_CASE("when the clock is set, those who watch get the right text at once") {
  std::atomic<std::int64_t> set_by{0};
  running_server server({}, 2, [&](std::size_t) -> service::dt_service {
    return {std::make_shared<service::answerer>(zones(), std::make_unique<set_clock>(set_by)), {}};
  });
  const auto answer = [](client_socket& socket) {
    const bytes packet = receive_reply(socket);
    protocol::dt_reply reply;
    REQUIRE(decode_dt_reply(packet, reply).status == protocol::decode_status::complete);
    const auto& got = std::get<protocol::answer>(reply);
    return std::pair(std::string(got.text), got.instant.seconds);
  };
  std::vector<client_socket> watching;
  for (std::uint32_t id = 1; id <= 20; ++id) {
    protocol::watch_request request;
    request.asked.id = id;
    request.asked.style = "iso";
    request.asked.what = protocol::subject::date;
    request.asked.zone = "Europe/Berlin";
    watching.emplace_back(server.endpoint());
    watching.back().send(encoded(request));
    static_cast<void>(answer(watching.back()));
  }
  for (const std::int64_t days : {1, -1, 200, 0}) {
    set_by = days * 86'400;
    const auto begin = std::chrono::steady_clock::now();
    server.get().wake_subscribers();
    for (client_socket& one : watching) {
      const auto [text, instant] = answer(one);
      CHECK(std::llabs(instant - std::time(nullptr) - days * 86'400) <= 2);
      CHECK(text.size() == 10);
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::cout << "all of 20 told after " << took.count() << " ms\n";
    CHECK(took < std::chrono::seconds(2));
  }
}

TEST_CASE("an address at its limit is turned away and gets its place back") {
  running_server server({.connections_max_per_address = 2});
  std::vector<client_socket> open;
  for (int i = 0; i < 2; ++i) {
    open.emplace_back(server.endpoint());
    open.back().send(query_packet(1));
    CHECK(id_of(receive_reply(open.back())) == 1);
  }
  client_socket turned_away(server.endpoint());
  CHECK(turned_away.ends_within(std::chrono::seconds(10)));
  open.clear();
  CHECK(eventually([&] { return server.get().connections() == 0; }));
  client_socket again(server.endpoint());
  again.send(query_packet(6));
  CHECK(id_of(receive_reply(again)) == 6);
}

TEST_CASE("new limits hold for open servers") {
  running_server server;
  net::limits limits;
  limits.idle_timeout = milliseconds(200);
  client_socket before(server.endpoint());
  server.get().apply(limits);
  before.send(query_packet(1));
  CHECK(id_of(receive_reply(before)) == 1);
  CHECK(before.ends_within(std::chrono::seconds(10)));
}

TEST_CASE("a drain answers what has arrived and waits for what has begun") {
  running_server server({}, 2);
  client_socket idle(server.endpoint());
  client_socket begun(server.endpoint());
  client_socket waiting(server.endpoint());
  for (client_socket* socket : {&idle, &begun}) {
    socket->send(query_packet(1));
    CHECK(id_of(receive_reply(*socket)) == 1);
  }
  const bytes packet = query_packet(2);
  begun.send(first(packet, 10));
  waiting.send(query_packet(3));
  server.get().drain();
  CHECK(idle.receive_all().empty());
  CHECK(id_of(receive_reply(waiting)) == 3);
  CHECK_FALSE(server.get().is_finished());
  begun.send(bytes(packet.begin() + 10, packet.end()));
  CHECK(id_of(receive_reply(begun)) == 2);
  CHECK(begun.receive_all().empty());
  CHECK(eventually([&] { return server.get().connections() == 0; }));
  CHECK(eventually([&] { return server.get().is_finished(); }));
  CHECK_THROWS(client_socket(server.endpoint()));
}

TEST_CASE("a worker that has nothing left to drain counts as alive") {
  running_server server({}, 2);
  client_socket begun(server.endpoint());
  begun.send(query_packet(1));
  CHECK(id_of(receive_reply(begun)) == 1);
  begun.send(first(query_packet(2), 10));
  server.get().drain();
  for (int beats = 0; beats < 20; ++beats) {  // each says that the one before was answered
    CHECK(eventually([&] { return server.get().heartbeat(); }));
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK_FALSE(server.get().is_finished());
}

TEST_CASE("a drain that is aborted ends the sessions at once") {
  running_server server;
  client_socket begun(server.endpoint());
  begun.send(first(query_packet(1), 10));
  CHECK(eventually([&] { return server.get().connections() == 1; }));
  server.get().drain();
  server.get().abort();
  CHECK(begun.ends_within(std::chrono::seconds(10)));
  CHECK(eventually([&] { return server.get().is_finished(); }));
}

TEST_CASE("a server that is stopped with sessions open frees all it had") {
  client_socket* survivor = nullptr;
  {
    running_server server({}, 2);
    survivor = new client_socket(server.endpoint());
    survivor->send(first(query_packet(1), 10));
    CHECK(eventually([&] { return server.get().connections() == 1; }));
  }
  CHECK(survivor->ends_within(std::chrono::seconds(10)));
  delete survivor;
}

TEST_CASE("a shared port that another server listens on is not taken") {
  const running_server server;
  const auto port = std::stoi(server.endpoint().substr(server.endpoint().rfind(':') + 1));
  const auto second = net::listen_tcp("127.0.0.1", static_cast<std::uint16_t>(port), 2);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message == server.endpoint() + ": bind: Address already in use");
}

// Queries in styles that nobody has asked for.
bytes invented_queries(std::uint32_t count) {
  bytes all;
  for (std::uint32_t id = 1; id <= count; ++id) {
    protocol::query query;
    query.id = id;
    query.locales[0] = "de";
    query.locale_count = 1;
    const std::string style = "skeleton:" + std::string(id / 100 + 1, 'y') +
                              std::string(id % 5 + 1, 'M') + std::string(id / 5 % 20 + 1, 'd');
    query.style = id % 2 == 0 ? std::string_view(style) : "full";
    const std::string zone = "Invented/" + std::to_string(id);
    if (id % 3 == 0) query.zone = zone;
    all = std::move(all) + encoded(query);
  }
  return all;
}

TEST_CASE("a client that invents names does not delay another one") {
  const running_server server;
  client_socket inventor(server.endpoint());
  client_socket good(server.endpoint());
  const std::uint32_t count = 260;  // two thirds are new to the server
  inventor.send(invented_queries(count));
  milliseconds longest{0};
  for (std::uint32_t id = 1; id <= 200; ++id) {
    const auto asked = steady_clock::now();
    good.send(query_packet(id));
    REQUIRE(id_of(receive_reply(good)) == id);
    longest = std::max(longest, since(asked));
  }
  for (std::uint32_t id = 1; id <= count; ++id) {
    const bytes reply = receive_reply(inventor);
    REQUIRE(id_of(reply) == id);
    CHECK(kind_of(reply) == (id % 3 == 0 ? "unknown_zone" : "answer"));
  }
  CHECK(longest < milliseconds(250));
}

TEST_CASE("a passed datagram socket that was let go of is answered no more") {
  running_server server;
  auto bound = net::listen_udp("127.0.0.1", 0, 1);
  REQUIRE(bound.has_value());
  const int passed = bound->sockets.front().get();  // stays open here, as with systemd
  auto adopted = net::adopt_socket(passed, "passed", 1);
  REQUIRE(adopted.has_value());
  const auto id =
      server.get().listen(std::move(*adopted), running_server::make_service, net::source_rules{});
  client_socket datagrams(bound->name, socket_kind::datagram);
  datagrams.send(classic_date);
  CHECK(datagrams.receive_datagram().size() > 13);
  server.get().retire(id);
  client_socket stream(server.endpoint());
  for (std::uint32_t round = 1; round <= 50; ++round) {
    datagrams.send(classic_date);
    stream.send(query_packet(round));
    REQUIRE(id_of(receive_reply(stream)) == round);
  }
  std::array<char, 64> request{};
  CHECK(recv(passed, request.data(), request.size(), MSG_DONTWAIT) ==
        static_cast<ssize_t>(classic_date.size()));
}

TEST_CASE("a client that waits for its answers may leave") {
  running_server server;
  {
    client_socket inventor(server.endpoint());
    inventor.send(invented_queries(260));
    CHECK(id_of(receive_reply(inventor)) == 1);
    inventor.reset();
  }
  CHECK(eventually([&] { return server.get().connections() == 0; }));
}

TEST_CASE("many clients of many workers get all their answers") {
  const running_server server({}, 4);
  std::vector<std::thread> clients;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (std::uint32_t round = 1; round <= 50; ++round) {
        client_socket socket(server.endpoint());
        socket.send(query_packet(round) + query_packet(round + 1000));
        if (id_of(receive_reply(socket)) != round) ++wrong;
        if (id_of(receive_reply(socket)) != round + 1000) ++wrong;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace polyclock::test
