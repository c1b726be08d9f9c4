// The signals that control the daemon; main's thread waits for them, so there are no handlers.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace polyclock::daemon {

struct received_signal {
  int number;
  pid_t sender;
};

// Blocks SIGTERM, SIGINT and SIGHUP in this thread and in those it starts later, and ignores
// SIGPIPE. Construct it before any other thread starts.
class signals {
 public:
  signals();

  // Waits for the next signal; empty after `timeout`.
  [[nodiscard]] std::optional<received_signal> wait_for(std::chrono::milliseconds timeout) const;

 private:
  sigset_t set_{};
};

// Lets SIGHUP wait for `signals` from now on; before that it ends the process.
void hold_reload_signal();

}  // namespace polyclock::daemon
