#include "client/resolver.hpp"

#include <netdb.h>
#include <sys/un.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "base/detached_call.hpp"

namespace polyclock::client {
namespace {

using addresses = std::vector<socket_address>;

failure unreachable(std::string message) {
  return {failure_kind::unreachable, std::move(message)};
}

outcome<addresses> look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) {
    return unreachable(status == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(status));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  addresses list;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    socket_address& address = list.emplace_back();
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
  }
  return list;
}

// getaddrinfo(3) has no timeout.
outcome<addresses> look_up_until(const std::string& host, std::uint16_t port, deadline until) {
  auto found = base::call_until([host, port] { return look_up(host, port, 0); }, until);
  return found ? std::move(*found) : unreachable("name lookup timed out");
}

outcome<addresses> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unreachable("path is longer than 107 bytes");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  socket_address generic;
  std::memcpy(&generic.storage, &address, sizeof address);
  generic.size = sizeof address;
  return addresses{generic};
}

}  // namespace

outcome<addresses> resolve(const server_address& server, deadline until) {
  if (!server.path.empty()) return unix_address(server.path);
  auto numeric = look_up(server.host, server.port, AI_NUMERICHOST);
  if (numeric) return numeric;
  return look_up_until(server.host, server.port, until);
}

}  // namespace polyclock::client
