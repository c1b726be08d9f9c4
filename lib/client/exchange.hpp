// One blocking exchange: tries the servers in order, sends one request and receives one reply, with
// one deadline for all. The command-line client calls it for each request.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"
#include "protocol/packet.hpp"

namespace polyclock::client {

using host_time = std::chrono::system_clock::time_point;

struct received_reply {
  std::vector<std::byte> bytes;  // the complete reply
  std::string server;            // the server that sent it
  host_time sent;                // just before the request was sent
  host_time arrived;             // just after the reply was complete
};

// The result of checking the bytes received so far: a complete reply of `size` bytes, an incomplete
// one, or an invalid one with the reason.
struct check_result {
  protocol::decode_status status;
  std::size_t size = 0;
  std::string_view message = "malformed reply";
};

// `ended`: no more bytes will arrive on the stream or in the datagram.
using reply_check = std::function<check_result(std::span<const std::byte> in, bool ended)>;

// Returns the first valid reply. A datagram without a reply is sent again every second. Each server
// gets an equal share of the remaining time. A failure names every server that was tried.
[[nodiscard]] outcome<received_reply> exchange(std::span<const server_address> servers,
                                               std::span<const std::byte> request,
                                               const reply_check& check, deadline until);

}  // namespace polyclock::client
