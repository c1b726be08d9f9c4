#include "service_run.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <utility>

#include "config/option.hpp"
#include "daemon/notify.hpp"
#include "daemon/reload_request.hpp"
#include "daemon/watchdog.hpp"

namespace polyclock {
namespace {

using daemon::severity;
using std::chrono::steady_clock;

constexpr auto check_interval = std::chrono::seconds(2);
constexpr auto summary_interval = std::chrono::minutes(1);

std::string field(const char* name, std::uint64_t number) {
  return " " + std::string(name) + "=" + std::to_string(number);
}

// A database without tzdata.zi does not say its release.
std::string known_version(const clock::zone_database& zones) {
  return zones.version().empty() ? "unknown" : std::string(zones.version());
}

net::counters sum_of(const std::map<net::listener_id, net::counters>& counted) {
  net::counters sum;
  for (const auto& [id, counts] : counted) sum += counts;
  return sum;
}

bool has_listener_on(const config::settings& settings, const std::string& name) {
  const auto is_it = [&](const config::listener_url& url) {
    return url.transport == config::transport::passed && url.path == name;
  };
  return std::any_of(settings.listen.begin(), settings.listen.end(), is_it);
}

}  // namespace

service_run::service_run(const config::command_line& line, config::settings configured,
                         config::settings effective, zone_snapshot zones,
                         const format::word_set::loaded& words,
                         const daemon::passed_sockets& passed)
    : line_(line),
      configured_(std::move(configured)),
      settings_(std::move(effective)),
      zones_(std::move(zones)),
      words_(words.words),
      passed_(passed),
      watch_(settings_.zoneinfo),
      watchdog_interval_(daemon::take_watchdog_interval()),
      serving_(make_server(settings_, zones_, words_, log_)),
      listeners_(*serving_.server, serving_.answerers, passed_, statistics_) {
  facts_.version = POLYCLOCK_VERSION;
  facts_.start_seconds = std::time(nullptr);
  log_.set_threshold(static_cast<severity>(settings_.level));
  for (const std::string& problem : words.problems) log_.write(severity::error, problem);
}

std::optional<config::invalid> service_run::run() {
  const std::string warning = zone_warning(configured_, zones_);
  if (!warning.empty()) log_.write(severity::warning, warning);
  const auto listening = listeners_.adopt(settings_);
  if (!listening) return listening.error();
  listeners_.limit_subscribers(settings_.subscribers_max);
  log_unused_sockets();
  publish_statistics({});
  serving_.server->start();
  log_changes(*listening);
  log_.write_plain("ready");
  daemon::notify("READY=1");
  log_zones();
  serve();
  announce_drain();
  if (serve_on()) drain();
  serving_.server->stop();
  serving_.server->join();
  log_.write(severity::info, "stopped");
  return std::nullopt;
}

void service_run::serve() {
  next_summary_ = steady_clock::now() + summary_interval;
  const auto step = std::min<std::chrono::milliseconds>(
      check_interval, watchdog_interval_.value_or(check_interval));
  while (true) {
    const auto signal = signals_.wait_for(step);
    if (signal && signal->number != SIGHUP) return;
    if (signal) reload(signal->sender);
    poll_housekeeping();
  }
}

void service_run::announce_drain() {
  drain_start_ = steady_clock::now();
  statistics_->begin_drain();
  // systemd's own limit may be shorter; the rest is for closing.
  const std::chrono::microseconds needed =
      settings_.drain_delay + settings_.grace_period + std::chrono::seconds(5);
  daemon::notify("STOPPING=1");
  daemon::notify("EXTEND_TIMEOUT_USEC=" + std::to_string(needed.count()));
  notify_status(sum_of(serving_.server->counted()));
}

bool service_run::serve_on() {
  constexpr auto step = std::chrono::milliseconds(100);
  const auto end = drain_start_ + settings_.drain_delay;
  if (settings_.drain_delay.count() > 0) {
    log_.write(severity::info,
               "not ready" + field("draining_in_s", std::uint64_t(settings_.drain_delay.count())));
  }
  while (steady_clock::now() < end) {
    if (is_second(signals_.wait_for(step))) return false;
    poll_housekeeping();
  }
  return true;
}

// At once after the first one it is the same request, sent to the process and to its group.
bool service_run::is_second(const any_signal& received) const {
  if (!received || received->number == SIGHUP) return false;
  if (steady_clock::now() < drain_start_ + std::chrono::milliseconds(100)) return false;
  log_.write(severity::warning, "second signal, closing all connections now");
  return true;
}

void service_run::poll_housekeeping() {
  const bool alive = serving_.server->heartbeat();
  if (alive && watchdog_interval_) daemon::notify("WATCHDOG=1");
  const auto now = steady_clock::now();
  if (now < next_check_) return;
  next_check_ = now + check_interval;
  const auto counted = serving_.server->counted();
  publish_statistics(counted);
  if (watch_.changed()) reload_zones();
  log_changes(listeners_.retry_waiting(settings_));
  if (now >= next_certificate_check_) check_certificates();
  const net::counters all = sum_of(counted);
  notify_status(all);
  if (now >= next_summary_) log_summary(all);
}

// At the start, after a reload, and once a day.
void service_run::check_certificates() {
  next_certificate_check_ = steady_clock::now() + std::chrono::days(1);
  for (const std::string& why : listeners_.certificate_warnings()) {
    log_.write(severity::warning, why);
  }
}

void service_run::publish_statistics(const std::map<net::listener_id, net::counters>& counted) {
  facts_.tz_version = known_version(*zones_);
  facts_.connections_max = settings_.connections_max;
  facts_.refused_subscribers = listeners_.refused_subscribers();
  statistics_->publish(
      metrics(facts_, listeners_.names(), counted, serving_.server->errors_by_network()));
}

void service_run::notify_status(const net::counters& counted) {
  std::string status = "STATUS=" + std::to_string(serving_.server->connections()) +
                       " connections, " + std::to_string(counted.requests) +
                       " requests answered, tz database " + known_version(*zones_);
  if (statistics_->is_draining()) status += "; draining";
  if (!reload_failure_.empty()) status += "; reload failed: " + reload_failure_;
  if (status == status_) return;
  daemon::notify(status);
  status_ = std::move(status);
}

// One line a minute, however many clients misbehave.
void service_run::log_summary(const net::counters& now) {
  const net::counters before = std::exchange(summarized_, now);
  next_summary_ = steady_clock::now() + summary_interval;
  log_.write(severity::debug, "served" + field("requests", now.requests - before.requests) +
                                  field("connections", serving_.server->connections()));
  const std::uint64_t malformed = now.malformed - before.malformed;
  const std::uint64_t late = now.late - before.late;
  const std::uint64_t refused = now.refused - before.refused;
  const std::uint64_t unanswered = now.unanswered() - before.unanswered();
  const std::uint64_t unproxied = now.unproxied - before.unproxied;
  const std::uint64_t silent = now.silent - before.silent;
  if (malformed + late + refused + unproxied + silent + unanswered == 0) return;
  log_.write(severity::info, "client errors" + field("malformed", malformed) +
                                 field("timed_out", late) + field("over_address_limit", refused) +
                                 field("not_a_proxy", unproxied) + field("silent_closed", silent) +
                                 field("datagrams_dropped", unanswered) +
                                 " most_from=" + worst_networks());
}

// Since the start; empty where no client had an IP address.
std::string service_run::worst_networks() const {
  std::string list;
  for (const auto& [network, count] : serving_.server->errors_by_network()) {
    list += (list.empty() ? "" : ",") + net::to_text(network) + ":" + std::to_string(count);
  }
  return list;
}

void service_run::log_zones() const {
  for (const std::string& problem : zones_->problems()) log_.write(severity::warning, problem);
  log_.write(severity::info,
             "tz database" + field("zones", zones_->size()) + " version=" + known_version(*zones_));
}

void service_run::log_changes(const listener_changes& changes) const {
  for (const std::string& why : changes.missing) {
    log_.write(severity::warning, "not listening: " + why);
  }
  for (const std::string& why : changes.waiting) {
    log_.write(severity::warning, "waiting for the address: " + why);
  }
  for (const std::string& name : changes.closed) {
    log_.write(severity::info, "stopped listening on " + name);
  }
  for (const std::string& name : changes.opened) log_.write_plain("listening " + name);
}

void service_run::log_unused_sockets() const {
  for (const std::string& name : passed_.names()) {
    if (!has_listener_on(settings_, name)) {
      log_.write(severity::warning, "ignoring passed socket '" + name + "': no matching listener");
    }
  }
}

void service_run::reload(pid_t requester) {
  daemon::notify_reloading();
  std::optional<daemon::substitute_heartbeat> heartbeat;  // names may take seconds each
  if (watchdog_interval_) heartbeat.emplace(*watchdog_interval_);
  format::word_set::loaded words;
  const auto loaded = config::load(line_);
  const config::diagnostics errors = loaded ? apply(*loaded, words) : loaded.error();
  const auto& problems = errors.empty() ? words.problems : errors;
  for (const std::string& why : problems) log_.write(severity::error, why);
  if (!errors.empty()) {
    log_.write(severity::error, "reload failed, keeping the old configuration");
  } else if (problems.empty()) {
    log_.write(severity::info, "configuration reloaded");
  } else {
    log_.write(severity::warning, "configuration reloaded, without the files of words above");
  }
  reload_failure_ = problems.empty() ? "" : problems.front();
  ++(reload_failure_.empty() ? facts_.reloads : facts_.failed_reloads);
  daemon::notify("READY=1");
  notify_status(sum_of(serving_.server->counted()));
  daemon::answer_reload(requester, reload_failure_);
}

config::diagnostics service_run::apply(const config::loaded& loaded,
                                       format::word_set::loaded& words) {
  const bool is_same_place = loaded.settings.zoneinfo == configured_.zoneinfo;
  clock::zone_watch fresh_watch(zoneinfo_of(loaded.settings));  // before reading, as below
  const zone_snapshot fresh_zones =
      load_zones(loaded.settings, is_same_place ? zones_.get() : nullptr);
  if (has_lost_all(*fresh_zones)) return fresh_zones->problems();
  words = load_words(loaded.settings, words_);
  config::settings fresh = with_fixed_options(loaded.settings);
  config::settings fresh_effective = effective_settings(fresh, fresh_zones, passed_);
  const config::diagnostics errors = check(fresh_effective, loaded.origins, fresh_zones, words);
  if (!errors.empty()) return errors;
  const auto changed = listeners_.adopt(fresh_effective);
  if (!changed) return {changed.error().why};
  log_changes(*changed);
  check_certificates();
  configured_ = std::move(fresh);
  settings_ = std::move(fresh_effective);
  log_.set_threshold(static_cast<severity>(settings_.level));
  serving_.server->apply(fit_limits(settings_, log_));
  listeners_.limit_subscribers(settings_.subscribers_max);
  log_unused_sockets();
  adopt_words(words.words);
  watch_ = std::move(fresh_watch);
  adopt_zones(fresh_zones);
  return {};
}

config::settings service_run::with_fixed_options(config::settings fresh) const {
  for (const config::option& option : config::options()) {
    if (option.applied_on_reload || option.write(fresh) == option.write(configured_)) continue;
    log_.write(severity::warning,
               std::string(option.name) + ": change takes effect at the next restart");
    for (const std::string& value : option.write(configured_)) option.read(fresh, value);
  }
  return fresh;
}

void service_run::reload_zones() {
  watch_ = clock::zone_watch(settings_.zoneinfo);  // before reading, so that no change is missed
  const zone_snapshot fresh = load_zones(settings_, zones_.get());
  // Half an upgrade, perhaps: a listener's own zone is missing.
  config::diagnostics errors = fresh->problems();
  if (!has_lost_all(*fresh)) errors = check(settings_, {}, fresh, {words_, {}});
  if (errors.empty()) return adopt_zones(fresh);
  for (const std::string& why : errors) log_.write(severity::error, why);
  log_.write(severity::error, "keeping the old tz database");
}

bool service_run::has_lost_all(const clock::zone_database& fresh) const {
  return fresh.size() == 1 && zones_->size() > 1;
}

void service_run::adopt_zones(const zone_snapshot& fresh) {
  zones_ = fresh;
  serving_.server->post([&](std::size_t worker) {
    return [answerer = serving_.answerers[worker], fresh] { answerer->adopt(fresh); };
  });
  serving_.server->wake_subscribers();
  log_zones();
}

void service_run::adopt_words(const word_snapshot& fresh) {
  words_ = fresh;
  serving_.server->post([&](std::size_t worker) {
    return [answerer = serving_.answerers[worker], words = words_] { answerer->adopt(words); };
  });
}

void service_run::drain() {
  constexpr auto step = std::chrono::milliseconds(10);
  net::server& server = *serving_.server;
  log_.write(severity::info, "draining" + field("connections", server.connections()));
  server.drain();
  const auto end = steady_clock::now() + settings_.grace_period;
  for (bool aborted = false; !server.is_finished();) {
    if (is_second(signals_.wait_for(step))) return;
    if (server.heartbeat() && watchdog_interval_) daemon::notify("WATCHDOG=1");
    if (!aborted && steady_clock::now() >= end) {
      log_.write(severity::warning, "grace period expired, closing " +
                                        std::to_string(server.connections()) + " connections");
      server.abort();
      aborted = true;
    }
  }
}

}  // namespace polyclock
