// polyclockd, from start to end:
//
//   1. The command line and the configuration file become settings, and what is wrong with them
//   ends
//      the program with status 2.
//   2. Every listener is bound, once for each worker; an address that cannot be had ends it with 1.
//   3. The workers start: each is a thread with its own event loop, acceptors and sessions. A
//   request
//      goes from net/session to protocol/conversation, to service/dt_service, to service/answerer,
//      to format, and back as bytes, on one thread, without a lock.
//   4. `listening ...` for each endpoint and `ready` are printed.
//   5. This thread waits for signals. SIGHUP reads the configuration and the tz database again, as
//      does a change of the database on disk. SIGTERM and SIGINT close the listeners and let the
//      sessions answer what they have, for the grace period at most; a second one ends the program
//      at once.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "assembly.hpp"
#include "clock/zone_watch.hpp"
#include "config/load.hpp"
#include "config/option.hpp"
#include "daemon/log.hpp"
#include "daemon/notify.hpp"
#include "daemon/signals.hpp"

namespace polyclock {
namespace {

using daemon::severity;

enum exit_status { clean = 0, could_not_run = 1, bad_usage = 2 };

// Says what is wrong; a file's bytes that a terminal might obey are shown as `?`, and long lines cut.
int complain(const config::complaints& wrong) {
  constexpr std::size_t shown_max = 400;
  for (std::string line : wrong) {
    if (line.size() > shown_max) line = line.substr(0, shown_max) + "...";
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    std::cerr << "polyclockd: " << line << "\n";
  }
  return bad_usage;
}

// The end of a command that only prints.
int printed() {
  std::cout.flush();
  if (std::cout) return clean;
  std::cerr << "polyclockd: the output could not be written\n";
  return could_not_run;
}

// The part of a process's life after its settings are known to be good.
class service_run {
 public:
  service_run(const config::command_line& line, config::settings as_set, config::settings complete,
              zone_snapshot zones)
      : line_(line),
        as_set_(std::move(as_set)),
        settings_(std::move(complete)),
        zones_(std::move(zones)),
        watch_(settings_.zoneinfo) {
    log_.set_threshold(static_cast<severity>(settings_.level));
  }

  int run() {
    tell_zones(severity::debug);
    const std::string warning = zone_warning(as_set_, zones_);
    if (!warning.empty()) log_.write(severity::warning, warning);
    auto opened = open_server(settings_, zones_, log_);
    if (!opened) {
      std::cerr << "polyclockd: " << opened.error().why << "\n";
      return could_not_run;
    }
    opened->server->start();
    for (const std::string& endpoint : opened->endpoints) log_.announce("listening " + endpoint);
    log_.announce("ready");
    daemon::notify("READY=1");
    serve(*opened);
    daemon::notify("STOPPING=1");
    drain(*opened->server);
    return clean;
  }

 private:
  static constexpr auto watch_interval = std::chrono::seconds(2);

  // Until a signal ends it.
  void serve(listening_server& serving) {
    while (true) {
      const auto signal = signals_.wait_for(watch_interval);
      if (signal == SIGHUP) {
        reload(serving);
      } else if (signal) {
        return;
      } else if (watch_.changed()) {
        reload_zones(serving);
      }
    }
  }

  void tell_zones(severity severity) {
    for (const std::string& problem : zones_->problems()) log_.write(severity::warning, problem);
    log_.write(severity, "zones=" + std::to_string(zones_->size()) +
                             " tz_version=" + std::string(zones_->version()));
  }

  // Keeps the old settings where the new ones are not right.
  void reload(listening_server& serving) {
    daemon::notify_reloading();
    const auto loaded = config::load(line_);
    const zone_snapshot fresh = loaded ? load_zones(loaded->settings) : zones_;
    const config::complaints wrong =
        loaded ? check(complete(loaded->settings, fresh), loaded->origins, fresh) : loaded.error();
    if (wrong.empty()) {
      adopt(loaded->settings);
      serving.server->apply(fit_limits(settings_, log_));
      reload_zones(serving);
      log_.write(severity::info, "configuration reloaded");
    } else {
      for (const std::string& why : wrong) log_.write(severity::error, why);
      log_.write(severity::error, "reload failed, the old configuration stays");
    }
    daemon::notify("READY=1");
  }

  // Takes over what can change while the daemon runs, and says what cannot.
  void adopt(const config::settings& fresh) {
    for (const config::option& option : config::options()) {
      if (option.write(fresh) == option.write(as_set_)) continue;
      if (!option.applied_on_reload) {
        log_.write(severity::warning, std::string(option.name) + " changes at the next start");
        continue;
      }
      for (const std::string& value : option.write(fresh)) option.read(as_set_, value);
    }
    as_set_.zoneinfo = fresh.zoneinfo;  // to be left out is a value too
    settings_ = complete(as_set_, zones_);
    log_.set_threshold(static_cast<severity>(settings_.level));
  }

  // Hands every worker the tz database as it is on disk now; one without zones changes nothing.
  void reload_zones(listening_server& serving) {
    watch_ = clock::zone_watch(settings_.zoneinfo);  // before reading, so that no change is missed
    const zone_snapshot fresh = load_zones(settings_);
    if (fresh->size() == 1 && zones_->size() > 1) {
      for (const std::string& problem : fresh->problems()) log_.write(severity::error, problem);
      log_.write(severity::error, "no zones found, the old tz database stays");
      return;
    }
    const config::complaints wrong = check(settings_, {}, fresh);
    if (!wrong.empty()) {  // half an upgrade, perhaps: a listener's own zone is missing
      for (const std::string& why : wrong) log_.write(severity::error, why);
      log_.write(severity::error, "the old tz database stays");
      return;
    }
    zones_ = fresh;
    serving.server->post([&](std::size_t worker) {
      return [answerer = serving.answerers[worker], fresh] { answerer->adopt(fresh); };
    });
    tell_zones(severity::info);
  }

  void drain(net::server& server) {
    using std::chrono::steady_clock;
    constexpr auto step = std::chrono::milliseconds(10);
    log_.write(severity::info, "draining, connections=" + std::to_string(server.connections()));
    server.drain();
    const auto start = steady_clock::now();
    const auto end = start + settings_.grace_period;
    for (bool aborted = false; !server.is_finished();) {
      const auto signal = signals_.wait_for(step);
      // Whoever signals the process and its group means one signal.
      const bool repeated = steady_clock::now() < start + std::chrono::milliseconds(100);
      if (signal && signal != SIGHUP && !repeated) {
        log_.write(severity::warning, "ended by a second signal");
        server.stop();
        break;
      }
      if (!aborted && steady_clock::now() >= end) {
        log_.write(severity::warning,
                   "grace period over, connections cut=" + std::to_string(server.connections()));
        server.abort();
        aborted = true;
      }
    }
    server.join();
    log_.write(severity::info, "stopped");
  }

  const config::command_line& line_;
  config::settings as_set_;    // by the operator
  config::settings settings_;  // with the system's defaults filled in
  zone_snapshot zones_;
  clock::zone_watch watch_;
  daemon::log log_;
  daemon::signals signals_;
};

int run(int count, char** arguments) {
  const auto line = config::parse_command_line(count, arguments);
  if (!line) return complain(line.error());
  if (line->help) return config::print_help(std::cout), printed();
  if (line->version) return std::cout << "polyclockd " POLYCLOCK_VERSION "\n", printed();

  const auto loaded = config::load(*line);
  if (!loaded) return complain(loaded.error());
  const zone_snapshot zones = load_zones(loaded->settings);
  config::settings settings = complete(loaded->settings, zones);
  const config::complaints wrong = check(settings, loaded->origins, zones);
  if (!wrong.empty()) return complain(wrong);
  if (line->print_config) return config::print_settings(settings, std::cout), printed();
  if (line->check_config) {
    config::complaints warnings = zones->problems();
    const std::string zone = zone_warning(loaded->settings, zones);
    if (!zone.empty()) warnings.push_back(zone);
    return complain(warnings), clean;
  }
  return service_run(*line, loaded->settings, std::move(settings), zones).run();
}

}  // namespace
}  // namespace polyclock

int main(int count, char** arguments) {
  try {
    return polyclock::run(count, arguments);
  } catch (const std::exception& failure) {
    std::cerr << "polyclockd: " << failure.what() << "\n";
    return polyclock::could_not_run;
  }
}
