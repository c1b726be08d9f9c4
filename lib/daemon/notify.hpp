// Tells the service manager how the daemon fares (sd_notify(3)); main calls it at each turn.
#pragma once

#include <string_view>

namespace polyclock::daemon {

// Sends one datagram, such as `READY=1`, to $NOTIFY_SOCKET; does nothing where there is none.
void notify(std::string_view state);

// `RELOADING=1` with the monotonic time that the manager wants beside it.
void notify_reloading();

}  // namespace polyclock::daemon
