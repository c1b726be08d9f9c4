// How often the service manager wants to hear that the daemon is alive (sd_watchdog_enabled(3)); main's loop
// keeps to it.
#pragma once

#include <chrono>
#include <optional>

namespace polyclock::daemon {

// Half of the time after which the manager would act; nothing where it does not watch. Takes the
// manager's wish out of the environment.
[[nodiscard]] std::optional<std::chrono::milliseconds> take_watchdog_interval();

}  // namespace polyclock::daemon
