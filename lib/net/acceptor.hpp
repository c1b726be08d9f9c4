// Takes connections from one listening socket, as many as the quota allows, and hands them to its
// listener; it waits out a lack of places or descriptors instead of spinning.
#pragma once

#include <cstdint>
#include <functional>

#include "net/asio.hpp"
#include "net/connection_quota.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"

namespace polyclock::net {

class acceptor {
 public:
  // Takes over an accepted connection; may throw where memory is short.
  using receiver = std::function<void(connection_place, stream_socket)>;

  acceptor(asio::io_context& context, listening_socket socket, connection_quota& quota,
           const reporter& report, receiver receive);

  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  void start();

  // Accepts what waits in the backlog and closes the listening socket.
  void drain();

  // A place may have become free.
  void wake();

  [[nodiscard]] executor get_executor() { return acceptor_.get_executor(); }

 private:
  // Why the acceptor stopped taking connections.
  enum class obstacle : std::uint8_t { none = 1, no_place, failure };

  awaitable<> run();
  obstacle accept_waiting();
  void hand_over(connection_place place, stream_socket socket);

  socket_acceptor acceptor_;
  steady_timer pause_;
  connection_quota& quota_;
  const reporter& report_;
  rare_reporter report_rarely_;
  receiver receive_;
  bool pausing_ = false;
  bool draining_ = false;
};

}  // namespace polyclock::net
