#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <string>

#include "support/catch.hpp"
#include "support/openssl_client.hpp"
#include "support/tls_greeting.hpp"
#include "support/tls_server.hpp"

namespace polyclock::test {
namespace {

TEST_CASE("a TLS server sends a client's bytes back, in TLS 1.3 and in 1.2") {
  const auto version = GENERATE(TLS1_3_VERSION, TLS1_2_VERSION);
  tls_server server(identities().context());
  openssl_client client(server.peer, {version});
  const auto all = letters(65'536);
  auto sent_back = meanwhile([&] {
    if (!client.connect()) return std::string("no handshake");
    std::string got;
    for (const char one : letters(300)) {
      if (!client.send({&one, 1})) return std::string("not sent");
      got += client.receive_some();
    }
    if (got != letters(300)) return got;
    auto sender = meanwhile([&] { return client.send(all); });
    sender.wait();
    got = client.receive(all.size());
    SSL_shutdown(client.native());
    return got;
  });
  CHECK(server.echo() == asio::error::eof);
  CHECK(sent_back.get() == all);
  CHECK(SSL_version(client.native()) == version);
}

TEST_CASE("a TLS server may send first") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  auto got = meanwhile([&] { return client.connect() ? client.receive_some() : "no handshake"; });
  CHECK(server.write(asio::buffer("hello", 5)).size == 5);
  CHECK(got.get() == "hello");
}

TEST_CASE("small pieces of TLS output make one record, large ones do not wait for others") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  const auto first = letters(200);
  const auto large = letters(6'000);
  const std::array small{asio::const_buffer(asio::buffer(first)), asio::buffer("end", 3)};
  CHECK(server.write(small).size == 203);
  CHECK(client.receive_some() == first + "end");
  const std::array filled{asio::const_buffer(asio::buffer(first)), asio::buffer(large)};
  CHECK(server.write(filled).size == 4'096);
  CHECK(client.receive_some() == first + large.substr(0, 3'896));
  const std::array alone{asio::const_buffer(asio::buffer(large)), asio::buffer(first)};
  CHECK(server.write(alone).size == large.size());
  CHECK(client.receive_some() == large);
  const std::array<asio::const_buffer, 3> sparse{asio::const_buffer(), asio::buffer(first), {}};
  CHECK(server.write(sparse).size == first.size());
  CHECK(client.receive_some() == first);
  CHECK(server.write(asio::const_buffer()).size == 0);
}

TEST_CASE("what a TLS read leaves of a record is there at once") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  tls::error_code error;
  CHECK(server.stream.available(error) == 0);
  REQUIRE(client.send(letters(100)));
  REQUIRE(client.send("more"));
  CHECK(server.stream.available(error) > 0);
  std::string bytes;
  CHECK(server.read(bytes, 10).size == 10);
  CHECK(server.stream.has_pending());
  CHECK(server.stream.available(error) == 90);
  std::array<char, 10> space{};
  bool is_initiated = false;
  std::size_t size = 0;
  server.stream.async_read_some(asio::buffer(space), [&](tls::error_code, std::size_t read) {
    CHECK(is_initiated);
    size = read;
  });
  is_initiated = true;
  run_until(server.loop(), [&] { return size > 0; });
  CHECK(std::string(space.data(), size) == letters(20).substr(10));
  CHECK(server.read(bytes).size == 80);
  CHECK(server.read(bytes).size == 4);
  CHECK_FALSE(server.stream.has_pending());
}

TEST_CASE("after the end of its input a TLS server can still reply") {
  const bool is_told = GENERATE(true, false);
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  REQUIRE(client.send("last"));
  if (is_told) SSL_shutdown(client.native());
  if (!is_told) ::shutdown(client.descriptor(), SHUT_WR);
  std::string bytes;
  CHECK(server.read(bytes).size == 4);
  CHECK(server.read(bytes).error == asio::error::eof);
  CHECK(server.read(bytes).error == asio::error::eof);
  CHECK(server.write(asio::buffer("reply", 5)).size == 5);
  CHECK(client.receive_some() == "reply");
}

TEST_CASE("the end of a TLS server's output is told, and its input goes on") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  boost::system::error_code ignored;
  server.stream.shutdown(asio::socket_base::shutdown_send, ignored);
  CHECK(client.receive_some().empty());
  CHECK(client.has_been_closed());
  REQUIRE(client.send("still here"));
  std::string bytes;
  CHECK(server.read(bytes).size == 10);
}

TEST_CASE("a TLS server tells its client that it closes") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  tls::error_code error;
  server.stream.close(error);
  CHECK_FALSE(error);
  CHECK(client.receive_some().empty());
  CHECK(client.has_been_closed());
  std::string bytes;
  CHECK(server.read(bytes).error);
  CHECK(server.write(asio::buffer("x", 1)).error == asio::error::operation_aborted);
}

TEST_CASE("a cancelled TLS read has taken nothing") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  std::string bytes(100, ' ');
  const auto cancel_read = [&] {
    operation one;
    server.stream.async_read_some(asio::buffer(bytes), one.handler());
    server.loop().poll();
    server.stream.lowest_layer().cancel();
    CHECK(server.wait_for(one).error == asio::error::operation_aborted);
  };
  cancel_read();
  greet(server, client);
  cancel_read();
  // The first half of a record.
  std::array<int, 2> record{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, record.data()) == 0);
  SSL_set_fd(client.native(), record[0]);
  REQUIRE(client.send("in two halves"));
  const auto size = ::recv(record[1], bytes.data(), bytes.size(), 0);
  REQUIRE(size > 20);
  REQUIRE(::send(client.descriptor(), bytes.data(), 20, 0) == 20);
  const std::string rest = bytes.substr(20, static_cast<std::size_t>(size) - 20);
  cancel_read();
  REQUIRE(::send(client.descriptor(), rest.data(), rest.size(), 0) > 0);
  CHECK(server.read(bytes).size == 13);
  CHECK(bytes == "in two halves");
  ::close(record[0]);
  ::close(record[1]);
}

TEST_CASE("TLS operations complete by their handler's executor") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  greet(server, client);
  asio::io_context other;
  std::array<char, 4> space{};
  std::size_t size = 0;
  const auto handler = [&](tls::error_code, std::size_t done) { size = done; };
  REQUIRE(client.send("twice"));
  // Once after a wait, once with what the first has left.
  for (const std::size_t expected : {4U, 1U}) {
    server.stream.async_read_some(asio::buffer(space),
                                  asio::bind_executor(other.get_executor(), handler));
    while (other.poll() == 0) {
      server.loop().restart();
      CHECK(size != expected);
      server.loop().poll();
      other.restart();
    }
    CHECK(size == expected);
    other.restart();
  }
}

TEST_CASE("TLS operations take other tokens than handlers") {
  tls_server server(identities().context());
  openssl_client client(server.peer);
  auto got = meanwhile([&] { return client.connect() ? client.receive_some() : "no handshake"; });
  operation write;
  auto deferred = server.stream.async_write_some(asio::buffer("hello", 5), asio::deferred);
  std::move(deferred)(write.handler());
  CHECK(server.wait_for(write).size == 5);
  CHECK(got.get() == "hello");
}

}  // namespace
}  // namespace polyclock::test
