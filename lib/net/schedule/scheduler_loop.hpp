// Runs a scheduler's rounds on an event loop: after the handlers that are ready, or when a deadline is due. Each
// worker has one.
#pragma once

#include <boost/asio/io_context.hpp>

#include "net/asio.hpp"
#include "net/schedule/scheduler.hpp"

namespace polyclock::net {

class scheduler_loop {
 public:
  explicit scheduler_loop(asio::io_context& context);

  scheduler_loop(const scheduler_loop&) = delete;
  scheduler_loop& operator=(const scheduler_loop&) = delete;

  [[nodiscard]] scheduler& get() noexcept { return scheduler_; }

  // Waits for no deadline any more, so that the event loop can end.
  void stop() { timer_.cancel(); }

 private:
  void request_round();
  void run_round();

  asio::io_context& context_;
  steady_timer timer_;
  bool is_requested_ = false;
  scheduler scheduler_;
};

}  // namespace polyclock::net
