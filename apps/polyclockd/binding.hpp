// Binds the sockets of listener URLs: to listen on them, or only to see whether that would be possible.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <vector>

#include "config/load.hpp"
#include "config/settings.hpp"
#include "daemon/passed_sockets.hpp"
#include "net/listening_socket.hpp"

namespace polyclock {

using bind_results = boost::system::result<std::vector<net::bound_endpoint>, net::bind_error>;

// An endpoint with a socket for each of `copies` workers; of a passed socket's name, each that has it. An `allow` or
// `proxy` that no client there can match is an error.
[[nodiscard]] bind_results bind_listener(const config::listener_url& url, std::size_t copies,
                                         const daemon::passed_sockets& passed,
                                         net::port_sharing sharing);

// Why the listeners cannot all be opened. Each is bound for a moment, without listening; an address that is in use is
// no error, since the running daemon may have it.
[[nodiscard]] config::diagnostics check_addresses(const config::settings& settings,
                                                  const daemon::passed_sockets& passed);

}  // namespace polyclock
