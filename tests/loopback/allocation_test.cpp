// Counts the heap calls of the workers while requests are answered: none, once warm. The counters
// stand in front of the C library's own malloc, so nothing slips past them.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "service/http_service.hpp"
#include "support/catch.hpp"
#include "support/dt_client.hpp"
#include "support/encoded.hpp"
#include "support/running_server.hpp"

namespace {

std::atomic<bool> counting{false};
std::atomic<long> heap_calls{0};
thread_local bool is_test_thread = false;

void note() {
  if (counting.load(std::memory_order_relaxed) && !is_test_thread) ++heap_calls;
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);

void* malloc(std::size_t size) {
  note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  note();
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  note();
  return __libc_realloc(block, size);
}
}

namespace polyclock::test {
namespace {

void exchange(client_socket& socket, const bytes& requests, std::uint32_t count) {
  socket.send(requests);
  for (std::uint32_t i = 0; i < count; ++i) REQUIRE(kind_of(receive_reply(socket)) == "answer");
}

// Queries of every kind that is answered.
bytes varied_queries(std::uint32_t count) {
  const std::array<const char*, 3> locales{"en", "mi", "de"};
  const std::array<const char*, 4> zones{"UTC", "Pacific/Auckland", "Africa/Casablanca",
                                         "America/New_York"};
  bytes all;
  for (std::uint32_t i = 0; i < count; ++i) {
    protocol::query query;
    query.id = i + 1;
    query.what = static_cast<protocol::subject>(i % 3 + 1);
    query.locales[0] = locales[i % 3];
    query.locale_count = 1;
    query.zone = zones[i % 4];
    if (i % 5 == 0) query.style = "iso";
    query.ascii = i % 7 == 0;
    all = std::move(all) + encoded(query);
  }
  return all;
}

// Each for another instant, in styles of the CLDR and in words.
bytes queries_for_instants(std::uint32_t count) {
  const std::vector<std::string_view> styles{"medium", "short", "words", "words:exact"};
  bytes all;
  for (std::uint32_t i = 0; i < count; ++i) {
    protocol::query query;
    query.id = i + 1;
    query.style = styles[i % 4];
    query.what = i % 8 < 4 ? protocol::subject::time : protocol::subject::both;
    query.zone = "Europe/Berlin";
    query.instant = {std::int64_t{i} * 86'407, 0};
    all = std::move(all) + encoded(query);
  }
  return all;
}

// All of them are sent before the last is read.
void pipeline(client_socket& socket, const bytes& hundred, std::uint32_t hundreds) {
  std::thread sender([&] {
    is_test_thread = true;
    for (std::uint32_t i = 0; i < hundreds; ++i) socket.send(hundred);
  });
  for (std::uint32_t i = 0; i < hundreds * 100; ++i) {
    if (id_of(receive_reply(socket)) != i % 100 + 1) FAIL_CHECK("out of order at " << i);
  }
  sender.join();
}

TEST_CASE("a warm worker makes no heap call for a request") {
  is_test_thread = true;
  running_server server;
  client_socket socket(server.endpoint());
  const bytes one = varied_queries(1);
  const bytes many = varied_queries(100);
  exchange(socket, one, 1);
  pipeline(socket, many, 10);

  counting = true;
  for (int i = 0; i < 1000; ++i) exchange(socket, one, 1);
  pipeline(socket, many, 100);
  counting = false;
  CHECK(heap_calls == 0);
}

TEST_CASE("a warm worker makes no heap call to write an instant") {
  is_test_thread = true;
  running_server server;
  client_socket socket(server.endpoint());
  const bytes many = queries_for_instants(100);
  pipeline(socket, many, 2);

  counting = true;
  pipeline(socket, many, 10);
  counting = false;
  CHECK(heap_calls == 0);
}

TEST_CASE("a warm worker makes no heap call for a datagram") {
  is_test_thread = true;
  running_server server(net::limits{.datagram_rate = 0});
  client_socket socket(server.datagram_endpoint(), socket_kind::datagram);
  const auto exchange = [&](const bytes& request) {
    socket.send(request);
    REQUIRE(socket.receive_datagram().size() > 13);
  };
  bytes padded = varied_queries(1);
  const std::size_t size = padded.size();
  padded.resize(protocol::datagram_size_max);
  REQUIRE(protocol::pad_packet(padded, size));
  exchange(classic_date);
  exchange(padded);

  counting = true;
  for (int i = 0; i < 1000; ++i) {
    exchange(classic_date);
    exchange(padded);
  }
  counting = false;
  CHECK(heap_calls == 0);
}

// As curl asks; each time all of the response is read.
void exchange(client_socket& socket, const std::string& target, std::size_t count) {
  const bytes request = from_text("GET " + target + " HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n");
  for (std::size_t i = 0; i < count; ++i) {
    socket.send(request);
    std::string head;
    while (!head.ends_with("\r\n\r\n")) head += to_text(socket.receive(1));
    REQUIRE(head.starts_with("HTTP/1.1 200 OK"));
    const std::size_t length = head.find("Content-Length: ") + 16;
    REQUIRE(socket.receive(std::stoul(head.substr(length))).size() > 10);
  }
}

TEST_CASE("a warm worker makes no heap call for a text by HTTP") {
  is_test_thread = true;
  net::server server(1, {}, [](std::string_view) {});
  auto endpoint = net::listen_tcp("127.0.0.1", 0, 1);
  REQUIRE(endpoint.has_value());
  client_socket socket(endpoint->name);
  server.listen(std::move(*endpoint), [](std::size_t) {
    return service::http_service(
        std::make_shared<service::answerer>(zones(), std::make_unique<clock::system_clock>()), {},
        nullptr);
  });
  server.start();
  const std::string text = "/v1/text?locale=mi&zone=Pacific/Auckland";
  const std::string date = "/v1/text.txt?locale=de&zone=Europe/Berlin&style=full&what=date";
  for (const std::string& target : {text, date}) exchange(socket, target, 10);

  counting = true;
  // Each is made anew in each tenth of a second.
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (std::chrono::steady_clock::now() < end) {
    for (const std::string& target : {text, date}) exchange(socket, target, 50);
  }
  counting = false;
  CHECK(heap_calls == 0);
}

TEST_CASE("the counter counts") {
  is_test_thread = true;
  counting = true;
  std::thread([] { free(std::malloc(100)); }).join();
  counting = false;
  CHECK(heap_calls > 0);
}

}  // namespace
}  // namespace polyclock::test
