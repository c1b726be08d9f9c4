// Takes connections from one listening socket, as many as the quota allows, and hands them to its
// listener; it waits out a lack of places or descriptors instead of spinning.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>

#include "net/alarm.hpp"
#include "net/asio.hpp"
#include "net/connection_quota.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"
#include "net/tally.hpp"

namespace polyclock::net {

class acceptor {
 public:
  // Takes over an accepted connection, not blocking, of a family; may throw where memory is short.
  using receiver = std::function<void(connection_place, connected_socket)>;

  // The alarm rings when it has ended.
  acceptor(asio::io_context& context, alarm& alarm, listening_socket socket,
           connection_quota& quota, tally& tally, const reporter& report, receiver receive);

  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  void start();

  // Accepts what waits in the backlog and closes the listening socket; where another process shares
  // it, what waits is left for that.
  void retire();

  // Whether it has been retired and has ended.
  [[nodiscard]] bool is_finished() const noexcept { return finished_; }

  // A place may have become free.
  void wake();

  [[nodiscard]] executor get_executor() { return acceptor_.get_executor(); }

 private:
  // Of one attempt; after the first two the next one may follow at once.
  enum class outcome : std::uint8_t { accepted = 1, nothing_waits, no_place, failed };

  awaitable<> run();
  [[nodiscard]] error_code join_loop();
  outcome accept_next();
  void hand_over(connection_place place, connected_socket connection);
  [[nodiscard]] connected_socket accept(sockaddr_storage& peer, error_code& error);

  socket_acceptor acceptor_;
  steady_timer pause_;
  alarm& alarm_;
  connection_quota& quota_;
  tally& tally_;
  const reporter& report_;
  rare_reporter report_rarely_;
  receiver receive_;
  listening_socket socket_;  // until the event loop has it
  bool pausing_ = false;
  bool retired_ = false;
  bool finished_ = false;
};

}  // namespace polyclock::net
