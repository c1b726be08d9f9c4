#include "client/connection.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace polyclock::client {
namespace {

failure unreachable(const char* message) {
  return {failure_kind::unreachable, message};
}

bool is_transient(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// Where a standard stream is closed, a socket in its place would get what is printed.
int apart_from_streams(int descriptor) {
  constexpr int first = 3;
  if (descriptor < 0 || descriptor >= first) return descriptor;
  const int apart = ::fcntl(descriptor, F_DUPFD_CLOEXEC, first);
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return apart;
}

}  // namespace

connection::~connection() {
  if (descriptor_ >= 0) close(descriptor_);
}

outcome<connection> connection::open(const socket_address& address, transport transport,
                                     deadline until) {
  const int type = transport == transport::datagram ? SOCK_DGRAM : SOCK_STREAM;
  connection opened(apart_from_streams(
      ::socket(address.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
  if (opened.descriptor_ < 0) return unreachable(std::strerror(errno));
  if (::connect(opened.descriptor_, address.get(), address.size) == 0) return opened;
  if (errno != EINPROGRESS) return unreachable(std::strerror(errno));
  if (!opened.wait(POLLOUT, until)) return unreachable("timed out while connecting");
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(opened.descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return unreachable(std::strerror(error));
  return opened;
}

std::optional<failure> connection::send(std::span<const std::byte> bytes, deadline until) {
  do {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0)
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    else if (!is_transient(errno))
      return unreachable(std::strerror(errno));
    else if (!wait(POLLOUT, until))
      return unreachable("timed out while sending");
  } while (!bytes.empty());
  return std::nullopt;
}

outcome<std::size_t> connection::receive(std::span<std::byte> space, deadline until) {
  while (true) {
    if (!wait(POLLIN, until)) return unreachable("timed out while waiting for the reply");
    const ssize_t received = ::recv(descriptor_, space.data(), space.size(), 0);
    if (received >= 0) return static_cast<std::size_t>(received);
    if (errno == ECONNREFUSED) return unreachable(std::strerror(errno));  // the UDP port is closed
    if (!is_transient(errno)) return failure{failure_kind::malformed, std::strerror(errno)};
  }
}

bool connection::wait_for_input(deadline until, int output) const {
  return wait(POLLIN, until, output);
}

void connection::keep_alive() const {
  const auto set = [this](int level, int name, int value) {
    static_cast<void>(setsockopt(descriptor_, level, name, &value, sizeof value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);  // a Unix socket ignores it
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

bool connection::wait(short event, deadline until, int output) const {
  while (true) {
    const auto remaining =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (remaining.count() <= 0) return false;
    std::array<pollfd, 2> polled{pollfd{descriptor_, event, 0}, pollfd{output, 0, 0}};
    const auto timeout = std::min<std::chrono::milliseconds::rep>(remaining.count(), 1'000'000);
    if (poll(polled.data(), polled.size(), static_cast<int>(timeout)) <= 0) continue;
    return polled[1].revents == 0;
  }
}

}  // namespace polyclock::client
