// A client of OpenSSL's and our server's end begin to talk, the client in another thread.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <future>
#include <string>

#include "support/catch.hpp"
#include "support/openssl_client.hpp"
#include "support/tls_server.hpp"

namespace polyclock::test {

inline const server_identity& identities() {
  static const server_identity made;
  return made;
}

// A client that does its part in another thread.
template <typename Call>
auto meanwhile(Call call) {
  return std::async(std::launch::async, call);
}

inline std::string letters(std::size_t size) {
  std::string all(size, ' ');
  for (std::size_t i = 0; i < size; ++i) all[i] = static_cast<char>('a' + i % 23);
  return all;
}

// Handshake and one byte each way.
inline void greet(tls_server& server, openssl_client& client) {
  auto greeted = meanwhile(
      [&] { return client.connect() && client.send("?") && client.receive_some() == "!"; });
  std::string bytes;
  CHECK(server.stream.is_handshaking());
  REQUIRE_FALSE(server.read(bytes).error);
  REQUIRE(bytes == "?");
  REQUIRE(server.write(asio::buffer("!", 1)).size == 1);
  REQUIRE(greeted.get());
  CHECK_FALSE(server.stream.is_handshaking());
}

}  // namespace polyclock::test
