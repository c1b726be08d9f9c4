#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <chrono>
#include <string>

#include "support/catch.hpp"
#include "support/openssl_client.hpp"
#include "support/tls_greeting.hpp"
#include "support/tls_server.hpp"
#include "tls/failure.hpp"

namespace polyclock::test {
namespace {

using namespace std::chrono_literals;

tls::stream client_of(tls_server& server, const tls::client_files& files, const std::string& host) {
  tls::stream::lowest_layer_type socket(server.loop());
  socket.assign(asio::generic::stream_protocol(AF_UNIX, 0), server.peer);
  return {std::move(socket), *tls::context::for_client(files), host};
}

// Asks and waits for a reply of a byte, while the server replies to what it can read; the failure as a sentence.
std::string ask(tls_server& server, const tls::client_files& files,
                const std::string& host = "clock.test") {
  tls::stream client = client_of(server, files, host);
  std::array<char, 10> request{};
  std::array<char, 10> reply{};
  operation asked;
  operation replied;
  operation read;
  const auto failure = [&](const operation& failed) {
    server.stream.lowest_layer().cancel();
    server.wait_for(read);
    return tls::describe_failure(client, failed.result->error);
  };
  client.async_write_some(asio::buffer("?", 1), asked.handler());
  server.stream.async_read_some(asio::buffer(request), read.handler());
  run_until(server.loop(), [&] { return asked.result.has_value(); });
  if (asked.result->error) return failure(asked);
  if (!server.wait_for(read).error) server.write(asio::buffer("!", 1));
  client.async_read_some(asio::buffer(reply), replied.handler());
  run_until(server.loop(), [&] { return replied.result.has_value(); });
  if (replied.result->error) return failure(replied);
  return {reply.data(), replied.result->size};
}

// Of a server with such a certificate; its CA is known to the client.
std::string failure_with(const subject& shown, const std::string& host = "clock.test") {
  const auto& all = identities();
  const identity server(shown, &all.authority);
  tls_server asked(*tls::context::for_server(
      {all.write("shown.pem", server.certificate()), all.write("shown.key", server.key()), ""}));
  return ask(asked, {all.ca, "", ""}, host);
}

TEST_CASE("a TLS client asks a server whose certificate is for its name or its address") {
  for (const auto* host : {"clock.test", "CLOCK.test", "clock.test.", "127.0.0.1"}) {
    CAPTURE(host);
    tls_server server(identities().context());
    CHECK(ask(server, {identities().ca, "", ""}, host) == "!");
    const bool is_name = std::string(host) != "127.0.0.1";
    CHECK((SSL_get_servername(server.stream.native(), TLSEXT_NAMETYPE_host_name) != nullptr) ==
          is_name);
  }
  CHECK(failure_with({"server", "DNS:*.clock.test"}, "one.clock.test") == "!");
  CHECK(failure_with({"server", "IP:2001:db8::1"}, "2001:db8::1") == "!");
  CHECK(failure_with({"server", "IP:fe80::1"}, "fe80::1%lo") == "!");
}

TEST_CASE("a TLS client may read first, as the clients of old protocols do") {
  tls_server server(identities().context());
  tls::stream client = client_of(server, {identities().ca, "", ""}, "clock.test");
  std::array<char, 10> reply{};
  operation read;
  client.async_read_some(asio::buffer(reply), read.handler());
  CHECK(server.write(asio::buffer("hello", 5)).size == 5);
  CHECK(server.wait_for(read).size == 5);
}

TEST_CASE("a TLS client shows its certificate where it has one") {
  const auto& all = identities();
  const identity device({"device", "DNS:device.test"}, &all.authority);
  const identity stranger({"device", "DNS:device.test"});
  const auto ask_with = [&](const identity& shown) {
    tls_server server(all.context(all.ca));
    return ask(server, {all.ca, all.write("device.pem", shown.certificate()),
                        all.write("device.key", shown.key())});
  };
  CHECK(ask_with(device) == "!");
  CHECK(ask_with(stranger) == "the server does not know the CA of the client's certificate");
  tls_server server(all.context(all.ca));
  CHECK(ask(server, {all.ca, "", ""}) == "the server demands a certificate of the client");
}

TEST_CASE("a TLS client says what is wrong with its server's certificate") {
  const auto expired = failure_with({"server", "DNS:clock.test", -48h, -24h});
  CHECK_THAT(expired, Catch::Matchers::Matches("the server's certificate expired on 20..-..-.. "
                                               "..:..:.. UTC"));
  const auto early = failure_with({"server", "DNS:clock.test", 24h, 48h});
  CHECK_THAT(early,
             Catch::Matchers::Matches("the server's certificate is not valid before 20..-..-.. "
                                      "..:..:.. UTC"));
  CHECK(failure_with({"server", "DNS:other.test"}) ==
        "the server's certificate is not for clock.test");
  CHECK(failure_with({"server", "DNS:clock.test"}, "192.0.2.1") ==
        "the server's certificate is not for 192.0.2.1");

  const auto& all = identities();
  const auto other_ca = all.write("other.pem", identity({"Other CA"}).certificate());
  tls_server server(all.context());
  CHECK(ask(server, {other_ca, "", ""}) ==
        "the server's certificate is signed by an unknown CA, 'Test CA'");
  tls_server of_system(all.context());
  CHECK(ask(of_system, {}) == "the server's certificate is signed by an unknown CA, 'Test CA'");
}

TEST_CASE("a self-signed certificate is trusted by the TLS clients that have it") {
  const auto& all = identities();
  const identity self({"server", "DNS:clock.test"});
  const auto cert = all.write("self.pem", self.certificate());
  const auto context = *tls::context::for_server({cert, all.write("self.key", self.key()), ""});
  tls_server strange(context);
  CHECK(ask(strange, {all.ca, "", ""}) ==
        "the server's certificate is self-signed and not a trusted one");
  tls_server known(context);
  CHECK(ask(known, {cert, "", ""}) == "!");
}

// What a client says of a server that sends this, or ends at once.
std::string failure_after(std::string_view sent) {
  tls_server server(identities().context());
  tls::stream client = client_of(server, {}, "clock.test");
  auto& socket = server.stream.lowest_layer();
  if (!sent.empty()) socket.send(asio::buffer(sent));
  socket.shutdown(asio::socket_base::shutdown_send);
  operation asked;
  client.async_write_some(asio::buffer("?", 1), asked.handler());
  return tls::describe_failure(client, server.wait_for(asked).error);
}

TEST_CASE("a TLS client says when its server is none of TLS") {
  using namespace std::string_view_literals;
  const std::string no_tls = "the server does not speak TLS on this port";
  CHECK(failure_after("HTTP/1.1 400 Bad Request\r\n\r\n") == no_tls);
  CHECK(failure_after("Sat Nov 28 20:30:00 2026\r\n") == no_tls);
  CHECK(failure_after("I~\x01\x00 and so on, a packet"sv) == no_tls);
  CHECK(failure_after("") == "the server ended the connection during the TLS handshake");
  CHECK(failure_after("\x15\x03\x01\x00\x02\x02\x46"sv) ==
        "the server has neither TLS 1.2 nor TLS 1.3");
  CHECK_THAT(failure_after("\x15\x03\x01\x00\x02\x02\x28"sv),
             Catch::Matchers::Matches("the server refused the TLS handshake: .*handshake failure"));
}

}  // namespace
}  // namespace polyclock::test
