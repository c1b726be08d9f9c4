#include "client/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <chrono>

namespace polyclock::client {

outcome<std::size_t> connection::receive(std::span<std::byte> space, deadline until) {
  while (true) {
    constexpr int no_output = -1;
    if (!wait_for_input(until, no_output)) {
      return failure{failure_kind::unreachable, "timed out while waiting for the reply"};
    }
    error_code error;
    const std::size_t received = stream_->read_some(space, error);
    if (!error || error == boost::asio::error::eof) return received;
    const bool is_transient = error == boost::asio::error::would_block ||
                              error == boost::asio::error::try_again ||
                              error == boost::asio::error::interrupted;
    if (!is_transient) return failure{failure_kind::malformed, error.message()};
  }
}

bool connection::wait_for_input(deadline until, int output) const {
  if (stream_->has_pending()) return true;
  while (true) {
    const auto remaining =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (remaining.count() <= 0) return false;
    std::array<pollfd, 2> polled{pollfd{stream_->descriptor(), POLLIN, 0}, pollfd{output, 0, 0}};
    const auto timeout = std::min<std::chrono::milliseconds::rep>(remaining.count(), 1'000'000);
    if (poll(polled.data(), polled.size(), static_cast<int>(timeout)) <= 0) continue;
    return polled[1].revents == 0;
  }
}

void connection::keep_alive() const {
  const auto set = [this](int level, int name, int value) {
    static_cast<void>(setsockopt(stream_->descriptor(), level, name, &value, sizeof value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);  // a Unix socket ignores it
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

}  // namespace polyclock::client
