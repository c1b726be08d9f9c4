// Tells when the system's wall clock has been set: by a timer of the kernel that such a step cancels (timerfd_create(2)).
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>

#include "net/asio.hpp"

namespace polyclock::net {

class clock_watch {
 public:
  // Where the system gives no such timer, nothing is told.
  clock_watch(asio::io_context& context, std::function<void()> on_step);

  clock_watch(const clock_watch&) = delete;
  clock_watch& operator=(const clock_watch&) = delete;

  void stop();

 private:
  [[nodiscard]] bool arm();
  void wait();

  asio::posix::basic_stream_descriptor<executor> timer_;
  std::function<void()> on_step_;
};

}  // namespace polyclock::net
