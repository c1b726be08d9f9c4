#include "support/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace polyclock::test {
namespace {

constexpr auto patience = std::chrono::seconds(20);

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

int connect_to(int type, const sockaddr* address, socklen_t size) {
  const int descriptor = ::socket(address->sa_family, type | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("socket");
  if (::connect(descriptor, address, size) == 0) return descriptor;
  close(descriptor);
  fail("connect");
}

int connect_to(int type, const std::string& endpoint) {
  const auto port_of = [&] {
    return htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
  };
  if (endpoint.starts_with('/')) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, endpoint.c_str(), sizeof address.sun_path - 1);
    return connect_to(type, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (endpoint.starts_with('[')) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = port_of();
    inet_pton(AF_INET6, endpoint.substr(1, endpoint.find(']') - 1).c_str(), &address.sin6_addr);
    return connect_to(type, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = port_of();
  inet_pton(AF_INET, endpoint.substr(0, endpoint.rfind(':')).c_str(), &address.sin_addr);
  return connect_to(type, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace

client_socket::client_socket(const std::string& endpoint, socket_kind kind)
    : descriptor_(connect_to(kind == socket_kind::stream ? SOCK_STREAM : SOCK_DGRAM, endpoint)) {}

client_socket::client_socket(client_socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

client_socket::~client_socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool client_socket::wait(short event, std::chrono::milliseconds limit) const {
  pollfd watched{descriptor_, event, 0};
  return poll(&watched, 1, static_cast<int>(limit.count())) > 0;
}

void client_socket::send(std::span<const std::byte> out) {
  while (!out.empty()) {
    if (!wait(POLLOUT, patience)) throw std::runtime_error("send: too slow");
    const ssize_t sent = ::send(descriptor_, out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent > 0) out = out.subspan(static_cast<std::size_t>(sent));
  }
}

std::size_t client_socket::send_some(std::span<const std::byte> out) {
  const ssize_t sent = ::send(descriptor_, out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

bytes client_socket::receive(std::size_t size) {
  bytes in(size);
  std::size_t have = 0;
  while (have < size && wait(POLLIN, patience)) {
    const ssize_t got = ::recv(descriptor_, in.data() + have, size - have, 0);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  in.resize(have);
  return in;
}

bytes client_socket::receive_datagram() {
  bytes in(4096);
  const ssize_t got = wait(POLLIN, patience) ? ::recv(descriptor_, in.data(), in.size(), 0) : 0;
  in.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return in;
}

bytes client_socket::receive_all() {
  bytes all;
  std::array<std::byte, 65536> part{};
  while (true) {
    if (!wait(POLLIN, patience)) throw std::runtime_error("receive: too slow");
    const ssize_t got = ::recv(descriptor_, part.data(), part.size(), 0);
    if (got < 0) fail("receive");
    if (got == 0) return all;
    all.insert(all.end(), part.begin(), part.begin() + got);
  }
}

bool client_socket::ends_within(std::chrono::milliseconds limit) {
  std::byte one{};
  return wait(POLLIN, limit) && ::recv(descriptor_, &one, 1, 0) <= 0;
}

void client_socket::finish_sending() {
  ::shutdown(descriptor_, SHUT_WR);
}

void client_socket::reset() {
  const linger at_once{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(descriptor_, -1));
}

void client_socket::shrink_receive_buffer() {
  const int size = 4096;
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

}  // namespace polyclock::test
