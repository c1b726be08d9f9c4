// The daemon from the moment its settings are known to be good: listens, serves until a signal ends it, reloads,
// drains, and tells the service manager and the log how it fares. Main runs the only one.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "assembly.hpp"
#include "clock/zone_watch.hpp"
#include "config/load.hpp"
#include "daemon/log.hpp"
#include "daemon/passed_sockets.hpp"
#include "daemon/signals.hpp"
#include "listeners.hpp"
#include "net/counters.hpp"

namespace polyclock {

class service_run {
 public:
  // What the operator set, and the same with the system's defaults filled in.
  service_run(const config::command_line& line, config::settings as_set, config::settings complete,
              zone_snapshot zones, const daemon::passed_sockets& passed);

  // Nothing once a signal has ended it; else why it could not run, with the endpoint and the reason.
  [[nodiscard]] std::optional<config::invalid> run();

 private:
  using clock_time = std::chrono::steady_clock::time_point;

  void serve();
  void drain();

  // What is due from time to time; see the body of each.
  void attend();
  void tell_status();
  void sum_up();

  // Keeps the old settings where the new ones are not right; says why not.
  void reload();
  [[nodiscard]] config::complaints take_over(const config::loaded& loaded);
  // What cannot change while the daemon runs keeps its old value, and is named.
  [[nodiscard]] config::settings changeable(config::settings fresh) const;
  // Hands every worker the tz database as it is on disk now; one without zones changes nothing.
  void reload_zones();

  void tell_zones(daemon::severity severity) const;
  void tell_changes(const listener_changes& changes) const;
  void tell_unused_sockets() const;

  const config::command_line& line_;
  config::settings as_set_;
  config::settings settings_;
  zone_snapshot zones_;
  const daemon::passed_sockets& passed_;
  clock::zone_watch watch_;
  daemon::log log_;
  daemon::signals signals_;
  std::optional<std::chrono::milliseconds> watchdog_interval_;
  warm_server serving_;
  listeners listeners_;
  std::string reload_failure_;  // of the last reload
  std::string status_;          // that was told last
  net::counters summed_up_;
  clock_time next_look_{};
  clock_time next_sum_{};
};

}  // namespace polyclock
