// Servers, or addresses, that are tried in turn, each with its share of the time.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

#include "client/failure.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

// An equal share of the remaining time for each of the remaining candidates.
[[nodiscard]] inline deadline share_of_time(deadline until, std::size_t candidates) {
  const auto now = std::chrono::steady_clock::now();
  return now + (until - now) / static_cast<std::chrono::steady_clock::rep>(candidates);
}

// The first outcome of `attempt(server, deadline)` that is no failure; else one that names every server.
template <typename Attempt>
auto try_servers(std::span<const server_address> servers, deadline until, Attempt attempt)
    -> decltype(attempt(servers.front(), until)) {
  failure all{failure_kind::unreachable, {}};
  for (; !servers.empty(); servers = servers.subspan(1)) {
    const server_address& server = servers.front();
    auto result = attempt(server, share_of_time(until, servers.size()));
    if (result) return result;
    const failure& why = result.error();
    if (why.kind == failure_kind::malformed) all.kind = failure_kind::malformed;
    all.message += (all.message.empty() ? "" : "; ") + server.name() + ": " + why.message;
  }
  return all;
}

}  // namespace polyclock::client
