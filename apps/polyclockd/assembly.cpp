#include "assembly.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <type_traits>
#include <utility>

#include "daemon/descriptor_limit.hpp"
#include "net/listening_socket.hpp"
#include "net/source_rules.hpp"
#include "service/daytime_service.hpp"
#include "service/dt_service.hpp"
#include "service/text_service.hpp"
#include "service/time_service.hpp"

namespace polyclock {
namespace {

constexpr const char* built_in = "built in";
constexpr const char* default_listeners[] = {"dt+tcp://127.0.0.1:18814", "dt+tcp://[::1]:18814"};

using shared_answerer = std::shared_ptr<service::answerer>;

shared_answerer make_answerer(const zone_snapshot& zones) {
  return std::make_shared<service::answerer>(zones, std::make_unique<clock::system_clock>());
}

// What a listener says to a request that names nothing.
service::defaults defaults_of(const config::listener_url& url, const config::settings& settings) {
  service::defaults defaults;
  defaults.locale = url.locale.value_or(settings.locale);
  defaults.zone = url.zone.value_or(settings.zone);
  defaults.style = url.style.value_or("");
  defaults.ascii = url.ascii;
  return defaults;
}

// A daytime listener has a text of its own only where its URL asks for one.
service::defaults daytime_defaults_of(const config::listener_url& url,
                                      const config::settings& settings) {
  service::defaults defaults = defaults_of(url, settings);
  if (!url.locale && !url.style) defaults.locale.clear();
  return defaults;
}

// Why such a request would get no answer; empty where it would.
std::string objection(service::answerer& answerer, const service::defaults& defaults) {
  const std::string_view locale = defaults.locale;
  service::question question;
  question.style = defaults.style;
  question.locales = {&locale, 1};
  question.zone = defaults.zone;
  question.ascii = defaults.ascii;
  service::refusal refusal{};
  if (answerer.answer(question, refusal)) return {};
  return std::string(refusal.sentence.view());
}

std::size_t worker_count(const config::settings& settings) {
  if (settings.threads > 0) return settings.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

net::bind_result bind(const config::listener_url& url, std::size_t copies) {
  switch (url.transport) {
    case config::transport::tcp:
      return net::listen_tcp(url.host, url.port, copies);
    case config::transport::udp:
      return net::listen_udp(url.host, url.port, copies);
    case config::transport::unix_stream:
      return net::listen_unix(url.path, copies);
  }
  std::abort();  // there is no other
}

// A host without IPv6 still gets the other default listener.
bool may_be_missing(const config::listener_url& url, const net::bind_error& error) {
  return url.origin == built_in &&
         (error.code == boost::system::errc::address_not_available ||
          error.code == boost::system::errc::address_family_not_supported);
}

// Whom a datagram listener answers; a network that cannot be read is an error of its own.
boost::system::result<net::source_rules, config::invalid> rules_of(
    const config::listener_url& url) {
  net::source_rules rules;
  if (!url.allow.empty()) rules.allowed.clear();
  for (const std::string& text : url.allow) {
    const auto network = net::network::parse(text);
    if (!network) {
      return config::invalid{"allow '" + text + "' is no network such as 192.0.2.0/24"};
    }
    rules.allowed.push_back(*network);
  }
  return rules;
}

struct bound_listener {
  const config::listener_url& url;
  net::bound_endpoint endpoint;
};

// Gives each worker the service of a listener's protocol.
class service_maker {
 public:
  service_maker(listening_server& made, const config::settings& settings,
                std::vector<std::uint16_t> own_ports)
      : made_(made), settings_(settings), own_ports_(std::move(own_ports)) {}

  void listen(bound_listener bound) {
    const config::listener_url& url = bound.url;
    switch (url.protocol) {
      case config::protocol::dt:
        return add(std::move(bound), [&](const shared_answerer& answerer) {
          return service::dt_service(answerer, defaults_of(url, settings_),
                                     url.magic.value_or(protocol::dt_magic));
        });
      case config::protocol::daytime:
        return add(std::move(bound), [&](const shared_answerer& answerer) {
          return service::daytime_service(answerer, daytime_defaults_of(url, settings_));
        });
      case config::protocol::time:
        return add(std::move(bound),
                   [](const shared_answerer& answerer) { return service::time_service(answerer); });
      case config::protocol::text:
        return add(std::move(bound), [&](const shared_answerer& answerer) {
          return service::text_service(answerer, defaults_of(url, settings_));
        });
    }
  }

 private:
  template <typename MakeService>
  void add(bound_listener bound, MakeService make_service) {
    using service_type = std::invoke_result_t<MakeService, const shared_answerer&>;
    const auto make = [&](std::size_t worker) { return make_service(made_.answerers[worker]); };
    if constexpr (protocol::datagram_service<service_type>) {
      if (bound.url.transport == config::transport::udp) {
        net::source_rules rules = *rules_of(bound.url);  // checked with the configuration
        rules.own_ports = own_ports_;
        return made_.server->listen(std::move(bound.endpoint), make, rules);
      }
    }
    made_.server->listen(std::move(bound.endpoint), make);
  }

  listening_server& made_;
  const config::settings& settings_;
  std::vector<std::uint16_t> own_ports_;  // of the datagram listeners
};

}  // namespace

zone_snapshot load_zones(const config::settings& settings) {
  const auto directory = settings.zoneinfo.empty() ? clock::default_zoneinfo()
                                                   : std::filesystem::path(settings.zoneinfo);
  return std::make_shared<const clock::zone_database>(clock::zone_database::load(directory));
}

config::settings complete(config::settings settings, const zone_snapshot& zones) {
  if (settings.zoneinfo.empty()) settings.zoneinfo = clock::default_zoneinfo().string();
  if (settings.zone.empty()) {
    const auto name = clock::system_zone_name();
    const clock::zone* zone = name ? zones->find(*name) : nullptr;
    settings.zone = zone != nullptr ? zone->name() : "UTC";
  }
  if (!settings.listen.empty()) return settings;
  for (const char* text : default_listeners) {
    settings.listen.push_back(*config::parse_listener_url(text));
    settings.listen.back().origin = built_in;
  }
  return settings;
}

std::string zone_warning(const config::settings& as_set, const zone_snapshot& zones) {
  const auto name = clock::system_zone_name();
  const bool stands_in = as_set.zone.empty() && name && zones->find(*name) == nullptr;
  return stands_in ? "the system's zone '" + *name + "' is not known here, UTC stands in" : "";
}

config::complaints check(const config::settings& settings, const config::origins& origins,
                         const zone_snapshot& zones) {
  config::complaints wrong;
  const auto answerer = make_answerer(zones);
  const auto complain = [&](const std::string& where, const service::defaults& defaults) {
    const std::string why = objection(*answerer, defaults);
    if (!why.empty()) wrong.push_back(where + ": " + why);
    return why.empty();
  };
  const auto origin = [&](const std::string& key) {
    const auto found = origins.find(key);
    return found == origins.end() ? built_in : found->second;
  };
  if (origins.contains("zoneinfo") && zones->size() == 1) {
    wrong.push_back(origin("zoneinfo") + ": zoneinfo: no zones in '" + settings.zoneinfo + "'");
  }
  const bool locale_known = complain(origin("locale") + ": locale", {.locale = settings.locale});
  const bool zone_known = complain(origin("zone") + ": zone", {.zone = settings.zone});
  if (!locale_known || !zone_known) return wrong;  // the listeners would repeat it
  for (const config::listener_url& url : settings.listen) {
    const std::string where = url.origin + ": listen: '" + url.text + "'";
    complain(where, defaults_of(url, settings));
    const auto rules = rules_of(url);
    if (!rules) wrong.push_back(where + ": " + rules.error().why);
  }
  return wrong;
}

net::limits fit_limits(const config::settings& settings, const daemon::log& log) {
  // Standard streams, event loops and listening sockets, with room for files that are read.
  const std::size_t own = 32 + worker_count(settings) * (settings.listen.size() + 3);
  const std::size_t descriptors = daemon::raise_descriptor_limit(settings.connections_max + own);
  const std::size_t room = descriptors > own ? descriptors - own : 1;
  if (room < settings.connections_max) {
    log.write(daemon::severity::warning, "connections-max lowered to " + std::to_string(room) +
                                             " by the descriptor limit of " +
                                             std::to_string(descriptors));
  }
  return {std::min(settings.connections_max, room), settings.connections_max_per_address,
          settings.idle_timeout, settings.request_timeout, settings.udp_rate};
}

boost::system::result<listening_server, config::invalid> open_server(
    const config::settings& settings, const zone_snapshot& zones, const daemon::log& log) {
  const std::size_t workers = worker_count(settings);
  listening_server made;
  made.server = std::make_unique<net::server>(
      workers, fit_limits(settings, log),
      [&log](std::string_view event) { log.write(daemon::severity::warning, event); });
  for (std::size_t i = 0; i < workers; ++i) {
    made.answerers.push_back(make_answerer(zones));
    made.answerers.back()->warm_up();
  }

  std::vector<bound_listener> bound;
  std::vector<std::uint16_t> own_ports;
  for (const config::listener_url& url : settings.listen) {
    auto endpoint = bind(url, workers);
    if (!endpoint && may_be_missing(url, endpoint.error())) {
      log.write(daemon::severity::warning, "not listening: " + endpoint.error().message);
      continue;
    }
    if (!endpoint) return config::invalid{url.scheme + " " + endpoint.error().message};
    made.endpoints.push_back(url.scheme + " " + endpoint->name);
    if (endpoint->port != 0) own_ports.push_back(endpoint->port);
    bound.push_back({url, std::move(*endpoint)});
  }
  service_maker maker(made, settings, std::move(own_ports));
  for (bound_listener& listener : bound) maker.listen(std::move(listener));
  return made;
}

}  // namespace polyclock
