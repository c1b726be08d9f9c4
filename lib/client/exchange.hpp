// One blocking exchange: sends one request and receives one reply, with one deadline for all servers. The command-line
// client calls it for each request.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "client/failure.hpp"
#include "client/race.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

struct received_reply {
  std::vector<std::byte> bytes;  // the complete reply
  std::string server;            // the server that sent it
  host_time sent;                // just before the request was sent
  host_time arrived;             // just after the reply was complete
};

// The reply of the server that wins the race. A failure names every server.
[[nodiscard]] outcome<received_reply> exchange(std::span<const server_address> servers,
                                               std::span<const std::byte> request,
                                               const reply_check& check, deadline until);

}  // namespace polyclock::client
