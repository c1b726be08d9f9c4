#include "net/source_rules.hpp"

#include <netinet/in.h>

#include <algorithm>

namespace polyclock::net {
namespace {

constexpr std::uint16_t first_client_port = 1024;  // services have the ones below

std::uint16_t port_of(const sockaddr* address) {
  const bool is_v4 = address->sa_family == AF_INET;
  return ntohs(is_v4 ? reinterpret_cast<const sockaddr_in*>(address)->sin_port
                     : reinterpret_cast<const sockaddr_in6*>(address)->sin6_port);
}

}  // namespace

bool source_rules::answers(const sockaddr* source) const noexcept {
  const auto holds = [&](const network& network) { return network.contains(source); };
  if (std::none_of(allowed.begin(), allowed.end(), holds)) return false;
  const std::uint16_t port = port_of(source);
  return port >= first_client_port &&
         std::find(own_ports.begin(), own_ports.end(), port) == own_ports.end();
}

}  // namespace polyclock::net
