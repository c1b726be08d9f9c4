#include "daemon/signals.hpp"

#include <ctime>

namespace polyclock::daemon {

signals::signals() {
  sigemptyset(&set_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<received_signal> signals::wait_for(std::chrono::milliseconds timeout) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const std::timespec limit{seconds.count(), std::chrono::nanoseconds(timeout - seconds).count()};
  siginfo_t origin{};
  const int number = sigtimedwait(&set_, &origin, &limit);
  if (number < 0) return std::nullopt;
  return received_signal{number, origin.si_pid};
}

void hold_reload_signal() {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace polyclock::daemon
