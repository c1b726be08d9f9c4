#include "client/resolver.hpp"

#include <netdb.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace polyclock::client {
namespace {

failure unreachable(std::string message) {
  return {failure_kind::unreachable, std::move(message)};
}

outcome<socket_addresses> get_addresses(const server_address& server, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status =
      getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found);
  if (status != 0) {
    return unreachable(status == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(status));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  socket_addresses list;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    socket_address& address = list.emplace_back();
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
  }
  return list;
}

outcome<socket_addresses> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unreachable("path is longer than 107 bytes");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  socket_address generic;
  std::memcpy(&generic.storage, &address, sizeof address);
  generic.size = sizeof address;
  return socket_addresses{generic};
}

// Where one family is broken, the other one is not behind all of its addresses.
void alternate_families(socket_addresses& list) {
  for (auto next = list.begin(); next != list.end(); ++next) {
    if (next == list.begin()) continue;
    const auto last = std::prev(next)->storage.ss_family;
    const auto other = std::find_if(next, list.end(), [last](const socket_address& address) {
      return address.storage.ss_family != last;
    });
    if (other == list.end()) return;
    std::rotate(next, other, std::next(other));
  }
}

}  // namespace

std::optional<outcome<socket_addresses>> known_addresses(const server_address& server) {
  if (!server.path.empty()) return unix_address(server.path);
  auto numeric = get_addresses(server, AI_NUMERICHOST);
  if (numeric) return numeric;
  return std::nullopt;
}

outcome<socket_addresses> look_up(const server_address& server) {
  auto found = get_addresses(server, 0);
  if (found) alternate_families(*found);
  return found;
}

}  // namespace polyclock::client
