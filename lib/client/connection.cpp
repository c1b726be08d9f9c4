#include "client/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace polyclock::client {

connection::~connection() {
  if (descriptor_ >= 0) close(descriptor_);
}

outcome<std::size_t> connection::receive(std::span<std::byte> space, deadline until) {
  while (true) {
    constexpr int no_output = -1;
    if (!wait_for_input(until, no_output)) {
      return failure{failure_kind::unreachable, "timed out while waiting for the reply"};
    }
    const ssize_t received = ::recv(descriptor_, space.data(), space.size(), 0);
    if (received >= 0) return static_cast<std::size_t>(received);
    const bool is_transient = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (!is_transient) return failure{failure_kind::malformed, std::strerror(errno)};
  }
}

bool connection::wait_for_input(deadline until, int output) const {
  while (true) {
    const auto remaining =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (remaining.count() <= 0) return false;
    std::array<pollfd, 2> polled{pollfd{descriptor_, POLLIN, 0}, pollfd{output, 0, 0}};
    const auto timeout = std::min<std::chrono::milliseconds::rep>(remaining.count(), 1'000'000);
    if (poll(polled.data(), polled.size(), static_cast<int>(timeout)) <= 0) continue;
    return polled[1].revents == 0;
  }
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

}  // namespace polyclock::client
