// The interval of watchdog notifications to the service manager (sd_watchdog_enabled(3)), which
// main's loop sends.
#pragma once

#include <chrono>
#include <optional>
#include <thread>

namespace polyclock::daemon {

// Half of the watchdog timeout; empty if the watchdog is disabled. Unsets the environment
// variables.
[[nodiscard]] std::optional<std::chrono::milliseconds> take_watchdog_interval();

// Sends the notifications while it exists, for at most two minutes: where main's loop cannot for a while.
class substitute_heartbeat {
 public:
  explicit substitute_heartbeat(std::chrono::milliseconds interval);

 private:
  std::jthread thread_;
};

}  // namespace polyclock::daemon
