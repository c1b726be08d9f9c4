#include "assembly.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <thread>
#include <tuple>
#include <utility>

#include "clock/system_zone.hpp"
#include "daemon/descriptor_limit.hpp"
#include "format/registry.hpp"
#include "listeners.hpp"

namespace polyclock {
namespace {

constexpr const char* built_in = "built in";
constexpr const char* default_listeners[] = {"dt+tcp://127.0.0.1:18814", "dt+tcp://[::1]:18814"};

using shared_answerer = std::shared_ptr<service::answerer>;

shared_answerer make_answerer(const zone_snapshot& zones, const word_snapshot& words) {
  return std::make_shared<service::answerer>(zones, std::make_unique<clock::system_clock>(), words);
}

// The error that such a request would get; empty where it would be answered.
std::string error_of(service::answerer& answerer, const service::defaults& defaults) {
  const std::string_view locale = defaults.locale;
  service::time_query query;
  query.style = defaults.style;
  query.locales = {&locale, 1};
  query.zone = defaults.zone;
  query.ascii = defaults.ascii;
  const service::time_result result = answerer.answer(query);
  return result.error ? std::string(result.error->sentence.view()) : std::string();
}

std::size_t worker_count(const config::settings& settings) {
  if (settings.threads > 0) return settings.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

// Standard streams, event loops and listening sockets, with room for files that are read.
std::size_t own_descriptors(const config::settings& settings) {
  return 32 + worker_count(settings) * (settings.listen.size() + 4);
}

// Why there is no room for connections; empty if there is.
std::string descriptor_error(const config::settings& settings) {
  const std::size_t connections = std::min<std::size_t>(settings.connections_max, 16);
  const std::size_t needed = own_descriptors(settings) + connections;
  const std::size_t limit = daemon::raise_descriptor_limit(needed);
  if (limit >= needed) return {};
  return "the limit of " + std::to_string(limit) + " open files leaves no room for connections; " +
         std::to_string(needed) + " are needed at least";
}

// The protocol that a passed socket is for, by its name: `dt`, or `dt-` and anything.
std::string url_of_passed(const std::string& name) {
  return name.substr(0, name.find('-')) + "+fd:" + name;
}

}  // namespace

std::filesystem::path zoneinfo_of(const config::settings& settings) {
  return settings.zoneinfo.empty() ? clock::default_zoneinfo()
                                   : std::filesystem::path(settings.zoneinfo);
}

zone_snapshot load_zones(const config::settings& settings, const clock::zone_database* previous) {
  return std::make_shared<const clock::zone_database>(
      clock::zone_database::load(zoneinfo_of(settings), previous));
}

void load_text_data() noexcept {
  format::registry texts;
  format::rendering ignored;
  const clock::zone utc = clock::zone::utc();
  const format::zoned_time time({}, utc);
  static_cast<void>(texts.render(time, {format::components::both, "full", "en"}, ignored));
}

format::word_set::loaded load_words(const config::settings& settings,
                                    const word_snapshot& previous) {
  return format::word_set::load(settings.words, previous);
}

config::settings effective_settings(config::settings settings, const zone_snapshot& zones,
                                    const daemon::passed_sockets& passed) {
  settings.zoneinfo = zoneinfo_of(settings).string();
  if (settings.zone.empty()) settings.zone = clock::find_system_zone(*zones).name;
  if (!settings.listen.empty()) return settings;
  std::vector<std::string> texts(std::begin(default_listeners), std::end(default_listeners));
  const std::vector<std::string> names = passed.names();
  if (!names.empty()) texts.clear();
  for (const std::string& name : names) texts.push_back(url_of_passed(name));
  for (const std::string& text : texts) {
    auto url = config::parse_listener_url(text);
    if (!url) continue;  // a passed socket's name that says nothing
    url->origin = built_in;
    url->built_in = true;
    settings.listen.push_back(std::move(*url));
  }
  return settings;
}

std::string zone_warning(const config::settings& configured, const zone_snapshot& zones) {
  return configured.zone.empty() ? clock::find_system_zone(*zones).problem : std::string();
}

config::diagnostics check(const config::settings& settings, const config::origins& origins,
                          const zone_snapshot& zones, const format::word_set::loaded& words) {
  config::diagnostics errors;
  const auto answerer = make_answerer(zones, words.words);
  const auto try_defaults = [&](const std::string& where, const service::defaults& defaults) {
    const std::string why = error_of(*answerer, defaults);
    if (!why.empty()) errors.push_back(where + ": " + why);
    return why.empty();
  };
  const auto origin = [&](const std::string& key) {
    const auto found = origins.find(key);
    return found == origins.end() ? built_in : found->second;
  };
  if (origins.contains("zoneinfo") && zones->size() == 1) {
    errors.push_back(origin("zoneinfo") + ": zoneinfo: " + settings.zoneinfo +
                     ": no time zones found (does the directory exist?)");
  }
  if (!settings.words.empty() && !std::filesystem::is_directory(settings.words)) {
    errors.push_back(origin("words") + ": words: '" + settings.words + "' is not a directory");
  }
  const std::string crowded = descriptor_error(settings);
  if (!crowded.empty())
    errors.push_back(origin("connections-max") + ": connections-max: " + crowded);
  const bool locale_known =
      try_defaults(origin("locale") + ": locale", {.locale = settings.locale});
  const bool zone_known = try_defaults(origin("zone") + ": zone", {.zone = settings.zone});
  if (!locale_known || !zone_known) return errors;  // the listeners would repeat it
  using address = std::tuple<config::transport, std::string, std::uint16_t, std::string>;
  std::map<address, std::string> origin_of_address;
  for (const config::listener_url& url : settings.listen) {
    const std::string where = url.origin + ": listen: '" + url.text + "'";
    try_defaults(where, defaults_of(url, settings));
    const bool is_fixed = url.port != 0 || !url.path.empty();  // port 0 is another one each time
    const auto [first, is_first] = origin_of_address.try_emplace(
        address(url.transport, url.host, url.port, url.path), url.origin);
    if (is_fixed && !is_first) {
      errors.push_back(where + ": same address as the listener at " + first->second);
    }
    const auto networks = networks_of(url);
    if (!networks) errors.push_back(where + ": " + networks.error().why);
    const auto secure = certificates::read({url});
    if (!secure) errors.push_back(where + ": " + secure.error().why);
  }
  if (!errors.empty()) errors.insert(errors.end(), words.problems.begin(), words.problems.end());
  return errors;
}

net::limits fit_limits(const config::settings& settings, const daemon::log& log) {
  const std::size_t own = own_descriptors(settings);
  const std::size_t descriptors = daemon::raise_descriptor_limit(settings.connections_max + own);
  const std::size_t room = descriptors > own ? descriptors - own : 1;
  if (room < settings.connections_max) {
    log.write(daemon::severity::warning, "connections-max lowered to " + std::to_string(room) +
                                             " by the limit of open files, " +
                                             std::to_string(descriptors));
  }
  return {std::min(settings.connections_max, room), settings.connections_max_per_address,
          settings.idle_timeout, settings.request_timeout, settings.udp_rate};
}

warm_server make_server(const config::settings& settings, const zone_snapshot& zones,
                        const word_snapshot& words, const daemon::log& log) {
  const std::size_t workers = worker_count(settings);
  warm_server made;
  made.server = std::make_unique<net::server>(
      workers, fit_limits(settings, log),
      [&log](std::string_view event) { log.write(daemon::severity::warning, event); });
  for (std::size_t i = 0; i < workers; ++i) {
    made.answerers.push_back(make_answerer(zones, words));
    made.answerers.back()->warm_up();
  }
  return made;
}

}  // namespace polyclock
