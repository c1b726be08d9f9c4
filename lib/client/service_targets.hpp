// The servers of a domain's service in the DNS, in the order in which they are to be asked (RFC 2782).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace polyclock::client {

struct service_target {
  std::uint16_t priority;
  std::uint16_t weight;
  std::uint16_t port;
  std::string host;  // empty for the root: there is no such service
};

// By priority, and within one at random, by weight; `random(n)` is a number from 0 to n.
void put_in_order(std::vector<service_target>& targets,
                  const std::function<std::uint32_t(std::uint32_t)>& random);

}  // namespace polyclock::client
