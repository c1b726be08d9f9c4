// One blocking exchange: sends one request and receives one reply, with one deadline for all servers. The command-line
// client calls it for each request.
#pragma once

#include <cstddef>
#include <span>

#include "client/failure.hpp"
#include "client/race.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

// The reply of the server that wins the race. A failure names every server.
[[nodiscard]] outcome<received_reply> exchange(std::span<const server_address> servers,
                                               std::span<const std::byte> request,
                                               const reply_check& check, deadline until);

}  // namespace polyclock::client
