// The daemon from the moment its settings are known to be good: listens, serves until a signal ends it, reloads,
// drains, and reports its status to the service manager and the log. Main runs the only one.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "assembly.hpp"
#include "clock/zone_watch.hpp"
#include "config/load.hpp"
#include "daemon/log.hpp"
#include "daemon/passed_sockets.hpp"
#include "daemon/signals.hpp"
#include "listeners.hpp"
#include "metrics.hpp"
#include "net/counters.hpp"

namespace polyclock {

class service_run {
 public:
  // `configured`: what the operator set; `effective`: with the system's defaults filled in.
  service_run(const config::command_line& line, config::settings configured,
              config::settings effective, zone_snapshot zones,
              const format::word_set::loaded& words, const daemon::passed_sockets& passed);

  // Empty once a signal has ended it; else why it could not run, with the endpoint and the reason.
  [[nodiscard]] std::optional<config::invalid> run();

 private:
  using clock_time = std::chrono::steady_clock::time_point;

  using any_signal = std::optional<daemon::received_signal>;

  void serve();
  void announce_drain();
  // Serves on for the drain delay. False if a second signal ends it.
  [[nodiscard]] bool serve_on();
  void drain();
  // Whether a signal asks to end at once.
  [[nodiscard]] bool is_second(const any_signal& received) const;

  // Runs what is due: the watchdog ping, the watch on the tz database, the status, the summary.
  void poll_housekeeping();
  void notify_status(const net::counters& counted);
  void log_summary(const net::counters& now);
  void publish_statistics(const std::map<net::listener_id, net::counters>& counted);

  // Keeps the old settings where the new ones have errors, which it logs. Answers the process that asked for it.
  void reload(pid_t requester);
  // Returns the errors, for which nothing was applied. `words` has those of single files, whose old words stay.
  [[nodiscard]] config::diagnostics apply(const config::loaded& loaded,
                                          format::word_set::loaded& words);
  // With the old values of the options that take effect at a restart; warns about each that differs.
  [[nodiscard]] config::settings with_fixed_options(config::settings fresh) const;
  // Hands every worker the tz database as it is on disk now; one without zones changes nothing.
  void reload_zones();
  // Whether the database in memory has zones and this one but its own UTC.
  [[nodiscard]] bool has_lost_all(const clock::zone_database& fresh) const;
  void adopt_zones(const zone_snapshot& fresh);
  void adopt_words(const word_snapshot& fresh);

  void check_certificates();
  [[nodiscard]] std::string worst_networks() const;
  void log_zones() const;
  void log_changes(const listener_changes& changes) const;
  void log_unused_sockets() const;

  const config::command_line& line_;
  config::settings configured_;
  config::settings settings_;  // the effective ones
  zone_snapshot zones_;
  word_snapshot words_;
  const daemon::passed_sockets& passed_;
  clock::zone_watch watch_;
  daemon::log log_;
  daemon::signals signals_;
  std::optional<std::chrono::milliseconds> watchdog_interval_;
  warm_server serving_;
  std::shared_ptr<service::statistics> statistics_ = std::make_shared<service::statistics>();
  listeners listeners_;
  std::string reload_failure_;  // of the last reload
  std::string status_;          // the last one sent
  net::counters summarized_;
  daemon_facts facts_;
  clock_time drain_start_{};
  clock_time next_check_{};
  clock_time next_summary_{};
  clock_time next_certificate_check_{};
};

}  // namespace polyclock
