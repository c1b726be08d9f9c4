// polyclockd, from start to end:
//
//   1. The command line and the configuration file become settings; what is wrong with them ends the
//      program with status 2.
//   2. Every listener is bound, once for each worker, or taken over from the service manager; an
//      address that cannot be had ends it with 1.
//   3. The workers start: each is a thread with its own event loop, acceptors and sessions. A request goes
//      from net/session/connection to net/session/session, to protocol/conversation, to service/dt_service,
//      to service/answerer, to format, and back as bytes, on one thread, without a lock.
//   4. `listening ...` for each endpoint and `ready` are printed.
//   5. This thread waits for signals. SIGHUP reads the configuration and the tz database again, as
//      does a change of the database on disk. SIGTERM and SIGINT close the listeners and let the
//      sessions answer what they have, for the grace period at most; a second one ends the program
//      at once.

#include <malloc.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <future>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>

#include "assembly.hpp"
#include "binding.hpp"
#include "certificates.hpp"
#include "config/load.hpp"
#include "daemon/log.hpp"
#include "daemon/passed_sockets.hpp"
#include "daemon/reload_request.hpp"
#include "daemon/signals.hpp"
#include "daemon/standard_streams.hpp"
#include "service_run.hpp"

namespace polyclock {
namespace {

enum exit_status { clean = 0, could_not_run = 1, bad_usage = 2 };

// Prints each after the prefix; long lines are cut.
void print(const config::diagnostics& lines, const std::string& prefix) {
  constexpr std::size_t shown_max = 400;
  const daemon::log log;
  for (const std::string& line : lines) {
    const bool is_long = line.size() > shown_max;
    log.write_failure(prefix + (is_long ? line.substr(0, shown_max) + "..." : line));
  }
}

int print_errors(const config::diagnostics& errors) {
  print(errors, "");
  return bad_usage;
}

// The end of a command that only prints.
int printed() {
  std::cout.flush();
  if (std::cout) return clean;
  daemon::log().write_failure("cannot write to standard output: " +
                              std::generic_category().message(errno));
  return could_not_run;
}

int serve(const config::command_line& line, const config::settings& configured,
          config::settings effective, zone_snapshot zones, const format::word_set::loaded& words,
          const daemon::passed_sockets& passed) {
  service_run run(line, configured, std::move(effective), std::move(zones), words, passed);
  const auto failed = run.run();
  if (!failed) return clean;
  daemon::log().write_failure(failed->why);
  return could_not_run;
}

int reload(pid_t daemon) {
  constexpr auto timeout = std::chrono::seconds(60);
  const auto failure = daemon::request_reload(daemon, timeout);
  if (!failure) return clean;
  daemon::log().write_failure("reload failed: " + *failure);
  return could_not_run;
}

zone_snapshot load_zones_and_text_data(const config::settings& settings) {
  const auto meanwhile = std::async(std::launch::async, load_text_data);
  return load_zones(settings);
}

config::diagnostics warnings_of(const config::settings& configured,
                                const config::settings& effective, const zone_snapshot& zones) {
  config::diagnostics warnings = zones->problems();
  const std::string zone = zone_warning(configured, zones);
  if (!zone.empty()) warnings.push_back(zone);
  const auto used = certificates::read(effective.listen);
  if (!used) return warnings;  // has been checked
  const auto doubts = used->warnings(std::chrono::system_clock::now());
  warnings.insert(warnings.end(), doubts.begin(), doubts.end());
  return warnings;
}

int run(int count, char** arguments) {
  const auto line = config::parse_command_line(count, arguments);
  if (!line) return print_errors(line.error());
  if (line->help) return config::print_help(std::cout), printed();
  if (line->version) return std::cout << "polyclockd " POLYCLOCK_VERSION "\n", printed();
  if (line->reload) return reload(*line->reload);

  const auto loaded = config::load(*line);
  if (!loaded) return print_errors(loaded.error());
  const auto passed = daemon::passed_sockets::take();
  const zone_snapshot zones = load_zones_and_text_data(loaded->settings);
  config::settings settings = effective_settings(loaded->settings, zones, passed);
  const format::word_set::loaded words = load_words(settings);
  const config::diagnostics errors = check(settings, loaded->origins, zones, words);
  if (!errors.empty()) return print_errors(errors);
  if (line->print_config) return config::print_settings(settings, std::cout), printed();
  if (line->check_config) {
    config::diagnostics unusable = check_addresses(settings, passed);
    unusable.insert(unusable.end(), words.problems.begin(), words.problems.end());
    if (!unusable.empty()) return print_errors(unusable);
    return print(warnings_of(loaded->settings, settings, zones), "warning: "), clean;
  }
  return serve(*line, loaded->settings, std::move(settings), zones, words, passed);
}

}  // namespace
}  // namespace polyclock

int main(int count, char** arguments) {
  // Large blocks that are freed, the buffers of a crowd of sessions among them, go back to the system. Those of TLS's
  // records, 17 kB, come and go with each request.
  mallopt(M_MMAP_THRESHOLD, 20 * 1024);
  polyclock::daemon::open_standard_streams();
  polyclock::daemon::hold_reload_signal();
  try {
    return polyclock::run(count, arguments);
  } catch (const std::exception& failure) {
    std::cerr << "polyclockd: " << failure.what() << "\n";
    return polyclock::could_not_run;
  }
}
