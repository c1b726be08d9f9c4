#include "net/clock_watch.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <utility>

namespace polyclock::net {

clock_watch::clock_watch(asio::io_context& context, std::function<void()> on_step)
    : timer_(context.get_executor()), on_step_(std::move(on_step)) {
  const int made = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (made < 0) return;
  error_code error;
  timer_.assign(made, error);
  if (error) {
    ::close(made);
  } else if (arm()) {
    wait();
  }
}

void clock_watch::stop() {
  error_code ignored;
  timer_.close(ignored);
}

// It never expires, but a step of the clock makes it readable.
bool clock_watch::arm() {
  itimerspec when{};
  when.it_value.tv_sec = std::numeric_limits<std::int32_t>::max();
  when.it_value.tv_sec *= 1000;
  constexpr int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  return timerfd_settime(timer_.native_handle(), flags, &when, nullptr) == 0 || errno == ECANCELED;
}

void clock_watch::wait() {
  timer_.async_wait(asio::posix::descriptor_base::wait_read, [this](error_code error) {
    if (error) return;
    std::uint64_t expirations = 0;
    const auto size = ::read(timer_.native_handle(), &expirations, sizeof expirations);
    const bool is_step = size < 0 && errno == ECANCELED;
    const bool is_armed = arm();
    if (is_step) on_step_();
    if (is_armed) wait();
  });
}

}  // namespace polyclock::net
