// One blocking exchange: the servers are tried in order, one request is sent, one reply is read,
// all within one deadline. The command-line client calls it once.
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

struct received {
  std::vector<std::byte> bytes;  // the whole reply and nothing else
  std::string server;            // which of the servers it came from
  host_time sent;                // just before the request left
  host_time arrived;             // just after the reply was whole
};

// What the bytes received so far are: a whole reply of `size` bytes that answers the request, the
// beginning of one, or nothing of the kind, and then `why`.
struct judgement {
  protocol::decode_status status;
  std::size_t size = 0;
  std::string_view why = "the reply is malformed";
};

// Where `ended`, the stream or the datagram has brought all that it will.
using reply_judge = std::function<judgement(std::span<const std::byte> in, bool ended)>;

// The first valid reply. A datagram that brings none is sent again every second. Each server gets an equal share of the time that is left. A failure names
// every server that was tried.
[[nodiscard]] outcome<received> exchange(std::span<const server_address> servers,
                                         std::span<const std::byte> request,
                                         const reply_judge& judge, deadline until);

}  // namespace polyclock::client
