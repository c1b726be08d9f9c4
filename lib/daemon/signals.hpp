// The signals that steer the daemon, taken one by one in main's thread instead of in handlers.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace polyclock::daemon {

// Blocks SIGTERM, SIGINT and SIGHUP in this thread and those it starts, and ignores SIGPIPE; so it
// is made before any other thread.
class signals {
 public:
  signals();

  // The next signal.
  [[nodiscard]] int wait() const;

  // The next signal within `timeout`; nothing where none came.
  [[nodiscard]] std::optional<int> wait_for(std::chrono::milliseconds timeout) const;

 private:
  sigset_t set_{};
};

}  // namespace polyclock::daemon
