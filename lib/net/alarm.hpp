// Wakes a worker's sweep at the earliest instant that any listener has asked for, and not before.
#pragma once

#include <algorithm>

#include "net/asio.hpp"

namespace polyclock::net {

class alarm {
 public:
  explicit alarm(asio::io_context& context) : timer_(context) {}

  // It rings at that instant, or before.
  void set(steady_clock::time_point when) {
    if (when >= set_for_) return;
    set_for_ = when;
    timer_.cancel();
  }

  // Waits until it rings, which it does no more often than the pause lets it, however many set it; it
  // is not set then.
  awaitable<> ring() {
    while (steady_clock::now() < next_ring()) {
      timer_.expires_at(next_ring());
      co_await timer_.async_wait(as_result);
    }
    set_for_ = never;
    rest_end_ = steady_clock::now() + pause;
  }

 private:
  static constexpr auto never = steady_clock::time_point::max();
  static constexpr auto pause = std::chrono::milliseconds(2);

  [[nodiscard]] steady_clock::time_point next_ring() const { return std::max(set_for_, rest_end_); }

  steady_timer timer_;
  steady_clock::time_point set_for_ = never;
  steady_clock::time_point rest_end_;
};

}  // namespace polyclock::net
