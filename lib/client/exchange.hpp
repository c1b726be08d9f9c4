// One blocking exchange: the servers are tried in order, one request is sent, one reply is read,
// all within one deadline. The command-line client calls it once.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "client/failure.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"
#include "protocol/packet.hpp"

namespace polyclock::client {

struct received {
  std::vector<std::byte> bytes;  // the whole reply and nothing else
  std::string server;            // which of the servers it came from
};

// Tells whether a reply is whole; the same decoders that the daemon's side uses.
using reply_framing = protocol::decoded (*)(std::span<const std::byte> in);

// The first valid reply. Each server gets an equal share of the time that is left. A failure names
// every server that was tried.
[[nodiscard]] outcome<received> exchange(std::span<const server_address> servers,
                                         std::span<const std::byte> request, reply_framing framing,
                                         deadline until);

}  // namespace polyclock::client
