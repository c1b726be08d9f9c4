// The servers of a domain's service in the DNS, in the order in which they are to be asked (RFC 2782); the race looks
// them up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "client/failure.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

struct service_target {
  std::uint16_t priority;
  std::uint16_t weight;
  std::uint16_t port;
  std::string host;  // empty for the root: there is no such service
};

// `_polyclock._tcp.DOMAIN`, or `_udp` for datagrams.
[[nodiscard]] std::string service_name(const server_address& service);

// At least one server, and at most 64. Blocks for as long as res_nsend(3) does.
[[nodiscard]] outcome<std::vector<server_address>> find_targets(const server_address& service);

// The SRV records of a DNS message, in its order.
[[nodiscard]] outcome<std::vector<service_target>> parse_targets(
    std::span<const unsigned char> message);

// By priority, and within one at random, by weight; `random(n)` is a number from 0 to n.
void put_in_order(std::vector<service_target>& targets,
                  const std::function<std::uint32_t(std::uint32_t)>& random);

}  // namespace polyclock::client
