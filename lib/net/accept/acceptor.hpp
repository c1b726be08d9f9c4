// Accepts connections from one listening socket, as many as the quota allows, and hands them to its listener. It
// waits out a lack of connection slots, descriptors or memory.
#pragma once

#include <cstdint>
#include <functional>

#include "net/asio.hpp"
#include "net/connection_quota.hpp"
#include "net/listener.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"

namespace polyclock::net {

// Its address has not been counted yet.
struct accepted_connection {
  connection_slot slot;
  stream_socket socket;
  stream_endpoint peer;
};

class acceptor {
 public:
  // What it tells its listener.
  class observer {
   public:
    // May throw where memory is short.
    virtual void on_accept(accepted_connection accepted) = 0;
    // Closes a connection so that another one can be accepted in the loop's next round. False if there is none to
    // close here; then one may be closed elsewhere.
    virtual bool make_room() = 0;
    // It has been retired and has ended.
    virtual void on_acceptor_end() noexcept = 0;

   protected:
    ~observer() = default;
  };

  acceptor(const listener_environment& environment, listening_socket socket, observer& receiver);

  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  void start();

  // Accepts what waits in the backlog and closes the listening socket; where another process shares it,
  // what waits is left for that process.
  void retire();
  [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }

  // A connection slot may have become free.
  void wake();

 private:
  awaitable<> run();
  awaitable<connection_slot> wait_for_slot();
  awaitable<> pause();
  [[nodiscard]] error_code join_loop();
  void accept_backlog();
  void finish();
  void hand_over(connection_slot slot, stream_socket socket, const stream_endpoint& peer);

  socket_acceptor acceptor_;
  steady_timer pause_;
  connection_quota& quota_;
  rare_reporter report_rarely_;
  observer& observer_;
  listening_socket socket_;  // until the event loop has it
  std::size_t running_ = 0;  // coroutines
  bool retired_ = false;
  bool is_finished_ = false;
};

}  // namespace polyclock::net
