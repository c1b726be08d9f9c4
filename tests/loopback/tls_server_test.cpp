#include <openssl/err.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <random>
#include <string>

#include "support/catch.hpp"
#include "support/openssl_client.hpp"
#include "support/tls_greeting.hpp"
#include "support/tls_server.hpp"

namespace polyclock::test {
namespace {

using namespace std::chrono_literals;

// The server's first read, and whether the client could then say something.
struct meeting {
  completion read;
  bool client_connected;
};

meeting meet(tls_server& server, openssl_client& client) {
  auto connected = meanwhile([&] { return client.connect() && client.send("hello"); });
  std::string bytes;
  const auto done = server.read(bytes);
  tls::error_code ignored;
  if (done.error) server.stream.lowest_layer().close(ignored);
  return {done, connected.get()};
}

TEST_CASE("a TLS server refuses TLS 1.1") {
  tls_server server(identities().context());
  openssl_client client(server.peer, {TLS1_1_VERSION});
  const auto met = meet(server, client);
  CHECK(met.read.error.message() == "unsupported protocol");
  CHECK_FALSE(met.client_connected);
}

TEST_CASE("a TLS server demands the certificates that it is told to") {
  const auto version = GENERATE(TLS1_3_VERSION, TLS1_2_VERSION);
  const auto& all = identities();
  const identity known({"device", "DNS:device.test"}, &all.authority);
  const identity unknown({"device", "DNS:device.test"});
  const identity expired({"device", "DNS:device.test", -48h, -24h}, &all.authority);
  const auto error_for = [&](const identity* shown) {
    openssl_client::options options{version};
    if (shown != nullptr) {
      options.cert = all.write("device.pem", shown->certificate());
      options.key = all.write("device.key", shown->key());
    }
    tls_server server(all.context(all.ca));
    openssl_client client(server.peer, options);
    const auto met = meet(server, client);
    return met.read.error ? met.read.error.message() : std::to_string(met.read.size);
  };
  CHECK(error_for(&known) == "5");
  CHECK(error_for(nullptr) == "peer did not return a certificate");
  CHECK(error_for(&unknown) == "certificate verify failed");
  CHECK(error_for(&expired) == "certificate verify failed");
}

TEST_CASE("a TLS server agrees on its protocol with clients that offer it, and serves the others") {
  const auto agreed = [](const std::string& offered, const std::string& protocol) {
    tls_server server(identities().context("", protocol));
    openssl_client client(server.peer, {TLS1_3_VERSION, offered});
    CHECK(meet(server, client).client_connected);
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(client.native(), &name, &size);
    return std::string(name, name + size);
  };
  CHECK(agreed("\x02h2\x08http/1.1", "http/1.1") == "http/1.1");
  CHECK(agreed("\x08http/1.1", "http/1.1") == "http/1.1");
  CHECK(agreed("\x02h2", "http/1.1").empty());
  CHECK(agreed("\x08http/1.1", "").empty());
  CHECK(agreed("", "http/1.1").empty());
}

std::string client_hello() {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  const openssl_client silent(ends[1]);
  openssl_client client(ends[0]);
  ::shutdown(ends[1], SHUT_WR);
  static_cast<void>(client.connect());
  std::string bytes(1'000, '\0');
  bytes.resize(static_cast<std::size_t>(::recv(ends[1], bytes.data(), bytes.size(), 0)));
  return bytes;
}

TEST_CASE("garbage for a TLS server is an error, and the next operation's too") {
  const auto hello = client_hello();
  std::minstd_rand random;
  const auto any = [&] { return static_cast<char>(random() >> 8); };
  const auto context = identities().context();
  for (int round = 0; round < 500; ++round) {
    std::string bytes = hello;
    if (round == 0) bytes = "GET / HTTP/1.1\r\nHost: clock.test\r\n\r\n";
    if (round == 1) bytes.clear();
    if (round % 2 == 0 && round > 0) bytes[random() % bytes.size()] = any();
    if (round % 5 == 3) bytes.resize(random() % bytes.size());
    if (round % 7 == 3) std::generate(bytes.begin(), bytes.end(), any);
    tls_server server(context);
    const openssl_client peer(server.peer);
    REQUIRE(::send(server.peer, bytes.data(), bytes.size(), 0) >= 0);
    ::shutdown(server.peer, SHUT_WR);
    std::string got;
    const auto first = server.read(got);
    CAPTURE(round, first.error.message());
    REQUIRE(first.error);
    REQUIRE(server.read(got).error == first.error);
    REQUIRE(server.write(asio::buffer("x", 1)).error == first.error);
    REQUIRE_FALSE(server.stream.is_handshaking());
    boost::system::error_code ignored;
    server.stream.shutdown(asio::socket_base::shutdown_send, ignored);
  }
}

TEST_CASE("a TLS server whose client vanishes has an error, and no signal") {
  tls_server server(identities().context());
  {
    openssl_client client(server.peer);
    greet(server, client);
    REQUIRE(server.write(asio::buffer("unread", 6)).size == 6);
  }
  std::signal(SIGPIPE, SIG_DFL);
  std::string bytes;
  CHECK(server.write(asio::buffer("x", 1)).error == asio::error::broken_pipe);
  CHECK(server.read(bytes).error);
}

TEST_CASE("TLS output can be sent while a read is outstanding, as far as there is room") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  std::string bytes(100, ' ');
  operation read;
  server.stream.async_read_some(asio::buffer(bytes), read.handler());
  CHECK(read.memory.is_used);
  const auto all = letters(1'000'000);
  tls::error_code error;
  std::size_t sent = 0;
  while (!error) sent += server.stream.write_some(asio::buffer(all) + sent, error);
  CHECK(error == asio::error::would_block);
  CHECK(sent > 0);
  CHECK(sent < all.size());
  // What waits for room has to be in the memory of the handler, and what has been encrypted is sent once.
  operation write;
  const std::array rest{asio::const_buffer(asio::buffer(all) + sent), asio::buffer("end", 3)};
  server.stream.async_write_some(rest, write.handler());
  CHECK(write.memory.is_used);
  auto received = meanwhile([&] { return client.receive(all.size()); });
  sent += server.wait_for(write).size;
  while (sent < all.size()) sent += server.write(asio::buffer(all) + sent).size;
  CHECK(received.get() == all);
  CHECK_FALSE(read.result);
  REQUIRE(client.send("request"));
  CHECK(server.wait_for(read).size == 7);
}

TEST_CASE("a completion of TLS that is there at once is in its handler's memory too") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  operation write;
  server.stream.async_write_some(asio::buffer("x", 1), write.handler());
  CHECK(write.memory.is_used);
  CHECK_FALSE(write.result);
  CHECK(server.wait_for(write).size == 1);
  CHECK_FALSE(write.memory.is_used);
}

// Records of a client that has nothing to say; `last` is what it says in the end.
std::string key_updates(openssl_client& client, int count, const std::string& last) {
  SSL_set0_wbio(client.native(), BIO_new(BIO_s_mem()));
  for (int i = 0; i < count; ++i) {
    SSL_key_update(client.native(), SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(client.native());
  }
  REQUIRE(client.send(last));
  BIO* const written = SSL_get_wbio(client.native());
  std::string all(BIO_ctrl_pending(written), '\0');
  BIO_read(written, all.data(), static_cast<int>(all.size()));
  return all;
}

TEST_CASE("a client that only changes its keys keeps no TLS server from others") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  const auto flood = key_updates(client, 40'000, "done");
  std::atomic<bool> is_flooded = false;
  auto sender = meanwhile([&] {
    const auto size = ::send(server.peer, flood.data(), flood.size(), 0);
    is_flooded = true;
    return size;
  });
  operation read;
  std::string bytes(100, ' ');
  server.stream.async_read_some(asio::buffer(bytes), read.handler());
  asio::steady_timer others(server.loop(), 2ms);
  bool are_served = false;
  others.async_wait([&](const tls::error_code&) { are_served = true; });
  run_until(server.loop(), [&] { return are_served; });
  CHECK_FALSE(is_flooded);
  CHECK(server.wait_for(read).size == 4);
  CHECK(sender.get() == static_cast<ssize_t>(flood.size()));
}

}  // namespace
}  // namespace polyclock::test
