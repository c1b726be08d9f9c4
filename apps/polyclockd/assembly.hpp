// Puts the parts of the daemon together: settings and zones become checked settings and a server. The service
// run calls it at start and on reload.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "clock/zone_database.hpp"
#include "config/load.hpp"
#include "daemon/log.hpp"
#include "daemon/passed_sockets.hpp"
#include "net/server.hpp"
#include "service/answerer.hpp"

namespace polyclock {

using service::zone_snapshot;

// The tz database that the settings name, or else the system's.
[[nodiscard]] zone_snapshot load_zones(const config::settings& settings);

// Fills in what the operator left to the system: the zone, the tz database's place, the listeners. These are
// the sockets that were passed, each for the protocol that its name begins with, else those of the default
// endpoint.
[[nodiscard]] config::settings complete(config::settings settings, const zone_snapshot& zones,
                                        const daemon::passed_sockets& passed);

// Whether the system names a zone that is not known here, so that UTC stands in; empty where not.
[[nodiscard]] std::string zone_warning(const config::settings& as_set, const zone_snapshot& zones);

// Names that are well written but mean nothing here: locales, zones, styles. `settings` are
// complete, `origins` says where each was set.
[[nodiscard]] config::complaints check(const config::settings& settings,
                                       const config::origins& origins, const zone_snapshot& zones);

// The limits in force: no more connections than the process may open descriptors.
[[nodiscard]] net::limits fit_limits(const config::settings& settings, const daemon::log& log);

// A server that knows all words and listens to nobody yet.
struct warm_server {
  std::unique_ptr<net::server> server;
  std::vector<std::shared_ptr<service::answerer>> answerers;  // one for each worker
};

[[nodiscard]] warm_server make_server(const config::settings& settings, const zone_snapshot& zones,
                                      const daemon::log& log);

}  // namespace polyclock
