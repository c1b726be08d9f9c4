// Asks a running daemon to reload and waits for what came of it, which SIGHUP alone does not tell; `systemctl reload`
// runs it. The daemon answers with a datagram to an abstract Unix socket that is named after the process that sent
// the signal.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace polyclock::daemon {

// Sends SIGHUP to the daemon, again every few seconds, until it has answered. Empty once it has reloaded, else why it
// has not.
[[nodiscard]] std::optional<std::string> request_reload(pid_t daemon, std::chrono::seconds timeout);

// The daemon's answer to the process that sent SIGHUP, which may not wait for one. `failure` is empty after a success.
void answer_reload(pid_t requester, std::string_view failure);

}  // namespace polyclock::daemon
