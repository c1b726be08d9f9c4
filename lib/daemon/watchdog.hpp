// The interval of watchdog notifications to the service manager (sd_watchdog_enabled(3)), which
// main's loop sends.
#pragma once

#include <chrono>
#include <optional>

namespace polyclock::daemon {

// Half of the watchdog timeout; empty if the watchdog is disabled. Unsets the environment
// variables.
[[nodiscard]] std::optional<std::chrono::milliseconds> take_watchdog_interval();

}  // namespace polyclock::daemon
