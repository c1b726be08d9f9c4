// One exchange with whichever server answers first: each candidate, an address of a server, is asked a moment after
// the one before it, or at once where one has failed, and earlier ones go on (RFC 8305, over whole exchanges). A
// service stands for its servers, in their order (RFC 2782).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/connection.hpp"
#include "client/failure.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"
#include "protocol/packet.hpp"

namespace polyclock::client {

using host_time = std::chrono::system_clock::time_point;

// The result of checking the bytes received so far: a complete reply of `size` bytes, an incomplete
// one, or an invalid one with the reason.
struct check_result {
  protocol::decode_status status;
  std::size_t size = 0;
  std::string_view message = "malformed reply";
};

// `ended`: no more bytes will arrive on the stream or in the datagram.
using reply_check = std::function<check_result(std::span<const std::byte> in, bool ended)>;

struct received_reply {
  std::vector<std::byte> bytes;  // the complete reply
  std::string server;            // the server that sent it
  host_time sent;                // just before the request was sent
  host_time arrived;             // just after the reply was complete
};

// The exchange that came first.
struct won_race {
  received_reply reply;
  std::vector<std::byte> behind;  // received on the stream too
  connection opened;
};

// Returns the first valid reply. Candidates are asked 250 ms apart, or closer where there is less time. A datagram
// without a reply is sent again every second. A failure names every server.
[[nodiscard]] outcome<won_race> race(std::span<const server_address> servers,
                                     std::span<const std::byte> request, const reply_check& check,
                                     deadline until);

}  // namespace polyclock::client
