// Reports the daemon's state to the service manager (sd_notify(3)); main calls it at each change.
#pragma once

#include <string_view>

namespace polyclock::daemon {

// Sends `state`, such as `READY=1`, as one datagram to $NOTIFY_SOCKET; does nothing if it is unset.
void notify(std::string_view state);

// Sends `RELOADING=1` with the time of the monotonic clock, which the service manager requires.
void notify_reloading();

}  // namespace polyclock::daemon
