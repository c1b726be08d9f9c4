// From whom a stream listener takes connections, and what it puts on their sockets.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <concepts>
#include <utility>

#include "net/asio.hpp"
#include "net/network.hpp"

namespace polyclock::net {

// Makes the stream of a session of an accepted socket. May throw where memory is short.
template <typename Layer>
concept stream_layer = requires(const Layer& layer, stream_socket socket) {
  { layer(std::move(socket)) } -> std::same_as<typename Layer::stream_type>;
};

// Bytes go over the socket as they are.
struct plain_layer {
  using stream_type = stream_socket;

  stream_socket operator()(stream_socket socket) const { return socket; }
};

template <stream_layer Layer = plain_layer>
struct stream_rules {
  // If there are any, every connection comes from one of them and begins with a PROXY header.
  networks proxies = {};
  Layer layer = {};

  [[nodiscard]] bool expect_header() const noexcept { return !proxies.empty(); }
  [[nodiscard]] bool is_proxy(const sockaddr* peer) const noexcept {
    return std::any_of(proxies.begin(), proxies.end(),
                       [peer](const network& one) { return one.contains(peer); });
  }
};

}  // namespace polyclock::net
