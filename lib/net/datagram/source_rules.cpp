#include "net/datagram/source_rules.hpp"

#include <algorithm>

#include "net/address_prefix.hpp"

namespace polyclock::net {
namespace {

constexpr std::uint16_t first_client_port = 1024;  // services have the ones below

}  // namespace

bool source_rules::answers(const sockaddr* source) const noexcept {
  const auto holds = [&](const network& network) { return network.contains(source); };
  if (std::none_of(allowed.begin(), allowed.end(), holds)) return false;
  const std::uint16_t port = port_of(source);
  return port >= first_client_port &&
         std::find(own_ports.begin(), own_ports.end(), port) == own_ports.end();
}

}  // namespace polyclock::net
