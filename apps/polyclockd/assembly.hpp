// Puts the parts of the daemon together: settings and zones become checked settings and a server. The service
// run calls it at start and on reload.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "clock/zone_database.hpp"
#include "config/load.hpp"
#include "daemon/log.hpp"
#include "daemon/passed_sockets.hpp"
#include "format/word_set.hpp"
#include "net/server.hpp"
#include "service/answerer.hpp"

namespace polyclock {

using service::word_snapshot;
using service::zone_snapshot;

// The directory of the tz database.
[[nodiscard]] std::filesystem::path zoneinfo_of(const config::settings& settings);

// The tz database that the settings name, or else the system's. `previous`: for the zones of damaged files.
[[nodiscard]] zone_snapshot load_zones(const config::settings& settings,
                                       const clock::zone_database* previous = nullptr);

// Lets ICU load what the first text needs, which takes about as long as the zones do.
void load_text_data() noexcept;

// The words of the time: those that are built in, and those of the directory that the settings name. `previous`: for
// damaged files.
[[nodiscard]] format::word_set::loaded load_words(const config::settings& settings,
                                                  const word_snapshot& previous = nullptr);

// Fills in what the operator left to the system: the zone, the tz database's place, the listeners. These are
// the sockets that were passed, each for the protocol that its name begins with, else those of the default
// endpoint.
[[nodiscard]] config::settings effective_settings(config::settings settings,
                                                  const zone_snapshot& zones,
                                                  const daemon::passed_sockets& passed);

// A warning where the system names a zone that is not in the tz database, so that UTC is used; else empty.
[[nodiscard]] std::string zone_warning(const config::settings& configured,
                                       const zone_snapshot& zones);

// Values that are well-formed but cannot be used: unknown locales, zones and styles, an address used
// twice. If there are any, the problems of the words too, which may be why. `settings` are the effective ones, `origins` says where each was set.
[[nodiscard]] config::diagnostics check(const config::settings& settings,
                                        const config::origins& origins, const zone_snapshot& zones,
                                        const format::word_set::loaded& words);

// The limits in force: no more connections than the process may open descriptors.
[[nodiscard]] net::limits fit_limits(const config::settings& settings, const daemon::log& log);

// A server without listeners, its ICU data loaded.
struct warm_server {
  std::unique_ptr<net::server> server;
  std::vector<std::shared_ptr<service::answerer>> answerers;  // one for each worker
};

[[nodiscard]] warm_server make_server(const config::settings& settings, const zone_snapshot& zones,
                                      const word_snapshot& words, const daemon::log& log);

}  // namespace polyclock
