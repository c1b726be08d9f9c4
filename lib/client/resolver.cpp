#include "client/resolver.hpp"

#include <netdb.h>
#include <sys/un.h>

#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

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

// Shared by the thread that looks up and the one that waits; the last of them frees it.
struct pending_lookup {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<outcome<addresses>> result;
};

// getaddrinfo(3) has no timeout, so it runs in a detached thread that may outlive the call.
outcome<addresses> look_up_until(const std::string& host, std::uint16_t port, deadline until) {
  const auto pending = std::make_shared<pending_lookup>();
  std::thread([pending, host, port] {
    auto found = look_up(host, port, 0);
    const std::lock_guard lock(pending->mutex);
    pending->result = std::move(found);
    pending->done.notify_one();
  }).detach();
  std::unique_lock lock(pending->mutex);
  const bool in_time =
      pending->done.wait_until(lock, until, [&] { return pending->result.has_value(); });
  if (!in_time) return unreachable("name lookup timed out");
  return std::move(*pending->result);
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
