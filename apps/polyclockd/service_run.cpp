#include "service_run.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "config/option.hpp"
#include "daemon/notify.hpp"
#include "daemon/watchdog.hpp"

namespace polyclock {
namespace {

using daemon::severity;
using std::chrono::steady_clock;

constexpr auto look_interval = std::chrono::seconds(2);
constexpr auto sum_interval = std::chrono::minutes(1);

std::string field(const char* name, std::uint64_t number) {
  return " " + std::string(name) + "=" + std::to_string(number);
}

bool listens_on_passed(const config::settings& settings, const std::string& name) {
  const auto is_it = [&](const config::listener_url& url) {
    return url.transport == config::transport::passed && url.path == name;
  };
  return std::any_of(settings.listen.begin(), settings.listen.end(), is_it);
}

}  // namespace

service_run::service_run(const config::command_line& line, config::settings as_set,
                         config::settings complete, zone_snapshot zones,
                         const daemon::passed_sockets& passed)
    : line_(line),
      as_set_(std::move(as_set)),
      settings_(std::move(complete)),
      zones_(std::move(zones)),
      passed_(passed),
      watch_(settings_.zoneinfo),
      watchdog_interval_(daemon::take_watchdog_interval()),
      serving_(make_server(settings_, zones_, log_)),
      listeners_(*serving_.server, serving_.answerers, passed_) {
  log_.set_threshold(static_cast<severity>(settings_.level));
}

std::optional<config::invalid> service_run::run() {
  const std::string warning = zone_warning(as_set_, zones_);
  if (!warning.empty()) log_.write(severity::warning, warning);
  const auto listening = listeners_.adopt(settings_);
  if (!listening) return listening.error();
  for (const std::string& why : listening->missing) {
    log_.write(severity::warning, "not listening: " + why);
  }
  tell_unused_sockets();
  serving_.server->start();
  for (const std::string& endpoint : listening->opened) log_.announce("listening " + endpoint);
  log_.announce("ready");
  daemon::notify("READY=1");
  tell_zones(severity::info);
  serve();
  daemon::notify("STOPPING=1");
  drain();
  return std::nullopt;
}

// Until a signal ends it.
void service_run::serve() {
  next_sum_ = steady_clock::now() + sum_interval;
  const auto step = std::min<std::chrono::milliseconds>(look_interval,
                                                        watchdog_interval_.value_or(look_interval));
  while (true) {
    const auto signal = signals_.wait_for(step);
    if (signal && *signal != SIGHUP) return;
    if (signal) reload();
    attend();
  }
}

void service_run::attend() {
  const bool alive = serving_.server->heartbeat();
  if (alive && watchdog_interval_) daemon::notify("WATCHDOG=1");
  const auto now = steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + look_interval;
  if (watch_.changed()) reload_zones();
  tell_status();
  if (now >= next_sum_) sum_up();
}

void service_run::tell_status() {
  const net::counters counted = serving_.server->counted();
  std::string status = "STATUS=" + std::to_string(serving_.server->connections()) + " sessions, " +
                       std::to_string(counted.requests) + " requests answered, tz database " +
                       std::string(zones_->version());
  if (!reload_failure_.empty()) status += "; reload failed: " + reload_failure_;
  if (status == status_) return;
  daemon::notify(status);
  status_ = std::move(status);
}

// However many clients misbehave, one line a minute tells of them.
void service_run::sum_up() {
  const net::counters counted = serving_.server->counted();
  const net::counters before = std::exchange(summed_up_, counted);
  next_sum_ = steady_clock::now() + sum_interval;
  const std::uint64_t malformed = counted.malformed - before.malformed;
  const std::uint64_t late = counted.late - before.late;
  const std::uint64_t refused = counted.refused - before.refused;
  const std::uint64_t unanswered = counted.unanswered - before.unanswered;
  if (malformed + late + refused + unanswered == 0) return;
  log_.write(severity::info, "misbehaving clients" + field("malformed", malformed) +
                                 field("late", late) + field("over_address_limit", refused) +
                                 field("datagrams_unanswered", unanswered));
}

void service_run::tell_zones(severity severity) const {
  for (const std::string& problem : zones_->problems()) log_.write(severity::warning, problem);
  log_.write(severity, "tz database" + field("zones", zones_->size()) +
                           " version=" + std::string(zones_->version()));
}

void service_run::tell_changes(const listener_changes& changes) const {
  for (const std::string& why : changes.missing) {
    log_.write(severity::warning, "not listening: " + why);
  }
  for (const std::string& name : changes.closed) {
    log_.write(severity::info, "no longer listening " + name);
  }
  for (const std::string& name : changes.opened) log_.announce("listening " + name);
}

void service_run::tell_unused_sockets() const {
  for (const std::string& name : passed_.names()) {
    if (!listens_on_passed(settings_, name)) {
      log_.write(severity::warning, "no listener uses the passed socket name=" + name);
    }
  }
}

void service_run::reload() {
  daemon::notify_reloading();
  const auto loaded = config::load(line_);
  const config::complaints wrong = loaded ? take_over(*loaded) : loaded.error();
  for (const std::string& why : wrong) log_.write(severity::error, why);
  if (wrong.empty())
    log_.write(severity::info, "configuration reloaded");
  else
    log_.write(severity::error, "reload failed, the old configuration stays");
  reload_failure_ = wrong.empty() ? "" : wrong.front();
  daemon::notify("READY=1");
  tell_status();
}

config::complaints service_run::take_over(const config::loaded& loaded) {
  const zone_snapshot fresh_zones = load_zones(loaded.settings);
  config::settings fresh = changeable(loaded.settings);
  config::settings fresh_complete = complete(fresh, fresh_zones, passed_);
  const config::complaints wrong = check(fresh_complete, loaded.origins, fresh_zones);
  if (!wrong.empty()) return wrong;
  const auto changed = listeners_.adopt(fresh_complete);
  if (!changed) return {changed.error().why};
  tell_changes(*changed);
  as_set_ = std::move(fresh);
  settings_ = std::move(fresh_complete);
  log_.set_threshold(static_cast<severity>(settings_.level));
  serving_.server->apply(fit_limits(settings_, log_));
  tell_unused_sockets();
  reload_zones();
  return {};
}

config::settings service_run::changeable(config::settings fresh) const {
  for (const config::option& option : config::options()) {
    if (option.applied_on_reload || option.write(fresh) == option.write(as_set_)) continue;
    log_.write(severity::warning, std::string(option.name) + " changes at the next start");
    for (const std::string& value : option.write(as_set_)) option.read(fresh, value);
  }
  return fresh;
}

void service_run::reload_zones() {
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
  serving_.server->post([&](std::size_t worker) {
    return [answerer = serving_.answerers[worker], fresh] { answerer->adopt(fresh); };
  });
  tell_zones(severity::info);
}

void service_run::drain() {
  constexpr auto step = std::chrono::milliseconds(10);
  net::server& server = *serving_.server;
  log_.write(severity::info, "draining" + field("sessions", server.connections()));
  server.drain();
  const auto start = steady_clock::now();
  const auto end = start + settings_.grace_period;
  for (bool aborted = false; !server.is_finished();) {
    const auto signal = signals_.wait_for(step);
    if (server.heartbeat() && watchdog_interval_) daemon::notify("WATCHDOG=1");
    // Whoever signals the process and its group means one signal.
    const bool repeated = steady_clock::now() < start + std::chrono::milliseconds(100);
    if (signal && signal != SIGHUP && !repeated) {
      log_.write(severity::warning, "ended by a second signal");
      server.stop();
      break;
    }
    if (!aborted && steady_clock::now() >= end) {
      log_.write(severity::warning,
                 "grace period over" + field("sessions_cut", server.connections()));
      server.abort();
      aborted = true;
    }
  }
  server.join();
  log_.write(severity::info, "stopped");
}

}  // namespace polyclock
