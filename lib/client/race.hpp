// One exchange with whichever server answers first: each candidate, an address of a server, is asked a moment after
// the one before it, or at once where one has failed, and earlier ones go on (RFC 8305, over whole exchanges). A
// service stands for its servers, in their order (RFC 2782).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "client/connection.hpp"
#include "client/failure.hpp"
#include "client/question.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

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
[[nodiscard]] outcome<won_race> race(std::span<const server_address> servers, const question& asked,
                                     deadline until);

}  // namespace polyclock::client
