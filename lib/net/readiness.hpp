// The connections and datagram sockets of a worker, and which of them can be read or written now. The kernel keeps
// the set (epoll(7), level-triggered); the event loop waits on the whole of it as on one descriptor, so that no
// operation has to be started, queued and completed for each request.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <cstdint>

#include "net/asio.hpp"

namespace polyclock::net {

enum class interest : std::uint8_t { input = 1, output, nothing };

class readiness {
 public:
  using hook =
      boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  // Belongs to one descriptor. It may go while it is called, not while another one is.
  class handler : public hook {
   public:
    virtual void on_ready(steady_clock::time_point now) = 0;

    // Whether it is expected to take little time, and need not wait for those that are not.
    bool is_brief = false;

   protected:
    ~handler() = default;
  };

  // Throws where there is no descriptor left.
  explicit readiness(asio::io_context& context);
  ~readiness();

  readiness(const readiness&) = delete;
  readiness& operator=(const readiness&) = delete;

  // Tells it whenever the descriptor can be read, until it is closed. Throws where the kernel
  // has no room for it.
  void add(int descriptor, handler& told);
  void remove(int descriptor) noexcept;
  // From now on where it can be read, or written, or not but where the peer has hung up.
  void change(int descriptor, handler& told, interest wanted) noexcept;

  // Calls it once more after the brief ones that are ready, and those that were deferred before it.
  void defer(handler& told);
  // Takes that back.
  void undefer(handler& told) noexcept { told.unlink(); }

  // Calls the handlers as their descriptors become ready, until `close`.
  awaitable<> run();
  void close();

 private:
  using descriptor_type = asio::posix::basic_stream_descriptor<executor>;

  using handler_list = boost::intrusive::list<handler, boost::intrusive::constant_time_size<false>>;

  // Each returns whether it called any handler.
  bool call_ready();
  bool call_deferred();
  [[nodiscard]] bool call_in_turn();
  void wake();
  [[nodiscard]] error_code join_loop();
  void leave_loop();

  descriptor_type waiting_;  // open while the event loop watches the set
  steady_timer pause_;
  int handle_;
  handler_list deferred_;
  bool asleep_ = false;
  bool closed_ = false;
};

}  // namespace polyclock::net
