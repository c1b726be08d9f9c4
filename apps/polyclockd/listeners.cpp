#include "listeners.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "net/network.hpp"
#include "service/daytime_service.hpp"
#include "service/dt_service.hpp"
#include "service/http_service.hpp"
#include "service/text_service.hpp"
#include "service/time_service.hpp"

namespace polyclock {
namespace {

using config::listener_url;
using config::transport;

// Sockets of each family are bound alone; which one a name stands for is not known here.
bool never_matches(const net::network& network, const listener_url& url) {
  if (url.transport != transport::udp && url.transport != transport::tcp) return false;
  const bool is_v6 = url.host.find(':') != std::string::npos;
  const bool is_v4 = !is_v6 && url.host.find_first_not_of("0123456789.") == std::string::npos;
  return (is_v6 && !network.is_v6()) || (is_v4 && network.is_v6());
}

boost::system::result<net::networks, config::invalid> read_networks(
    const listener_url& url, const std::string& key, const std::vector<std::string>& texts) {
  net::networks networks;
  for (const std::string& text : texts) {
    const std::string what = key + " '" + text + "' ";
    const auto network = net::network::parse(text);
    if (!network) {
      return config::invalid{what +
                             "is not a CIDR block such as 192.0.2.0/24, or host bits are set"};
    }
    if (never_matches(*network, url)) {
      return config::invalid{what + "never matches: the listener is of the other family"};
    }
    networks.push_back(*network);
  }
  return networks;
}

// A daytime listener has a text of its own only where its URL asks for one.
service::defaults daytime_defaults_of(const listener_url& url, const config::settings& settings) {
  service::defaults defaults = defaults_of(url, settings);
  if (!url.locale && !url.style) defaults.locale.clear();
  return defaults;
}

// A host without IPv6 still gets the other default listener.
bool may_be_missing(const listener_url& url, const net::bind_error& error) {
  return url.built_in && (error.code == boost::system::errc::address_not_available ||
                          error.code == boost::system::errc::address_family_not_supported);
}

// An interface may still lack its address, or a name its server.
bool may_come_later(const net::bind_error& error) {
  return error.code == boost::system::errc::address_not_available;
}

// `dt+tcp`; a passed socket's too, which may be of any kind.
std::string scheme_of(const listener_url& url, const net::bound_endpoint& endpoint) {
  if (url.transport != transport::passed) return url.scheme;
  const char* const kind = endpoint.datagrams ? "udp" : endpoint.port == 0 ? "unix" : "tcp";
  return url.scheme.substr(0, url.scheme.find('+') + 1) + kind;
}

bool is_local(const net::bound_endpoint& endpoint) {
  return endpoint.port == 0 || endpoint.name.starts_with("127.") ||
         endpoint.name.starts_with("[::1]:");
}

std::string url_of(const std::string& scheme, const std::string& endpoint) {
  return scheme + (endpoint.starts_with('/') ? ":" : "://") + endpoint;
}

std::string failure_of(const listener_url& url, const net::bind_error& error) {
  return url.scheme + " " + error.message;
}

std::string why_none(const listener_changes& changes) {
  if (!changes.waiting.empty()) return changes.waiting.front();
  if (!changes.missing.empty()) return changes.missing.front();
  return "no listener: no passed socket's name begins with a protocol, such as 'dt'";
}

}  // namespace

boost::system::result<listener_networks, config::invalid> networks_of(const listener_url& url) {
  auto allow = read_networks(url, "allow", url.allow);
  if (!allow) return allow.error();
  auto proxy = read_networks(url, "proxy", url.proxy);
  if (!proxy) return proxy.error();
  if (url.allow.empty()) *allow = net::loopback_networks();
  return listener_networks{std::move(*allow), std::move(*proxy)};
}

service::defaults defaults_of(const listener_url& url, const config::settings& settings) {
  service::defaults defaults;
  defaults.locale = url.locale.value_or(settings.locale);
  defaults.zone = url.zone.value_or(settings.zone);
  defaults.style = url.style.value_or("");
  defaults.ascii = url.ascii;
  return defaults;
}

boost::system::result<listener_changes, config::invalid> listeners::adopt(
    const config::settings& settings) {
  auto fresh_certificates = certificates::read(settings.listen);
  if (!fresh_certificates) return fresh_certificates.error();
  listener_changes changes;
  std::vector<late> waiting;
  const std::vector<live> before = live_;
  for (live& one : live_) one.stays = false;
  std::vector<const listener_url*> added;
  for (const listener_url& url : settings.listen) {
    if (!keep(url)) added.push_back(&url);
  }
  std::vector<fresh> to_open;
  for (const listener_url* one : added) {
    const listener_url& url = *one;
    auto bound = bind(url);
    const bool is_start = before.empty();
    if (!bound && may_be_missing(url, bound.error())) {
      changes.missing.push_back(failure_of(url, bound.error()));
      continue;
    }
    if (!bound && may_come_later(bound.error()) && (is_start || is_waiting(url))) {
      changes.waiting.push_back(failure_of(url, bound.error()));
      waiting.push_back({url, changes.waiting.back()});
      continue;
    }
    if (!bound) {
      live_ = before;
      return config::invalid{failure_of(url, bound.error())};
    }
    for (net::bound_endpoint& endpoint : *bound) to_open.push_back({&url, std::move(endpoint)});
  }
  const bool keeps_any =
      std::any_of(live_.begin(), live_.end(), [](const live& one) { return one.stays; });
  if (to_open.empty() && !keeps_any) {
    live_ = before;
    return config::invalid{why_none(changes)};
  }
  waiting_ = std::move(waiting);
  certificates_ = std::move(*fresh_certificates);
  retire_gone(changes);
  open(std::move(to_open), settings, changes);
  return changes;
}

// Subscriptions are never closed to make room for others: some places are left for those who only ask.
void listeners::limit_subscribers(std::size_t most) {
  constexpr std::size_t left_max = 64;
  const std::size_t all = server_.connections_max();
  subscribers_->set_max(std::min(most, all - std::min(left_max, all / 8)));
}

// A name may take seconds to look up. Then the others are tried the next time, before it.
listener_changes listeners::retry_waiting(const config::settings& settings) {
  constexpr auto duration_max = std::chrono::seconds(1);
  const auto start = std::chrono::steady_clock::now();
  listener_changes changes;
  for (std::size_t tries = waiting_.size(); tries > 0; --tries) {
    late one = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    auto bound = bind(one.url);
    if (bound) {
      std::vector<fresh> to_open;
      for (net::bound_endpoint& endpoint : *bound)
        to_open.push_back({&one.url, std::move(endpoint)});
      open(std::move(to_open), settings, changes);
    } else {
      const std::string why = failure_of(one.url, bound.error());
      if (why != one.why) changes.waiting.push_back(why);
      waiting_.push_back({std::move(one.url), why});
    }
    if (std::chrono::steady_clock::now() - start > duration_max) break;
  }
  return changes;
}

bool listeners::is_waiting(const listener_url& url) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const late& one) { return one.url.address == url.address; });
}

void listeners::open(std::vector<fresh> to_open, const config::settings& settings,
                     listener_changes& changes) {
  for (fresh& one : to_open) {
    changes.opened.push_back(scheme_of(*one.url, one.endpoint) + " " + one.endpoint.name);
    add(std::move(one), settings);
  }
  // Each has its keys, the settings' defaults and everybody's ports now.
  for (const live& one : live_) {
    with_service(one, settings,
                 [&](auto... service) { server_.replace_service(one.id, service...); });
  }
}

bind_results listeners::bind(const listener_url& url) const {
  const auto sharing = is_being_replaced(url) ? net::port_sharing::own : net::port_sharing::none;
  return bind_listener(url, answerers_.size(), passed_, sharing);
}

bool listeners::is_being_replaced(const listener_url& url) const {
  return url.port != 0 && std::any_of(live_.begin(), live_.end(), [&](const live& one) {
           return !one.stays && one.port == url.port && one.url.transport == url.transport;
         });
}

bool listeners::keep(const listener_url& url) {
  bool found = false;
  for (live& one : live_) {
    if (one.stays || one.url.address != url.address) continue;
    one.stays = found = true;
    one.url = url;
    if (url.transport != transport::passed) break;  // a name may stand for several sockets
  }
  return found;
}

void listeners::retire_gone(listener_changes& changes) {
  for (const live& one : live_) {
    if (one.stays) continue;
    server_.retire(one.id);
    names_[one.id].is_open = false;
    changes.closed.push_back(one.name);
  }
  std::erase_if(live_, [](const live& one) { return !one.stays; });
}

void listeners::add(fresh one, const config::settings& settings) {
  const std::string name = scheme_of(*one.url, one.endpoint) + " " + one.endpoint.name;
  live added{*one.url, 0, name, one.endpoint.port, one.endpoint.datagrams, is_local(one.endpoint),
             true};
  const std::string endpoint = url_of(scheme_of(*one.url, one.endpoint), one.endpoint.name);
  with_service(added, settings, [&](auto... service) {
    added.id = server_.listen(std::move(one.endpoint), service...);
  });
  names_[added.id] = {endpoint.substr(0, endpoint.find('+')), endpoint};
  live_.push_back(std::move(added));
}

net::source_rules listeners::rules_of(const listener_url& url) const {
  net::source_rules rules{networks_of(url)->allow};  // checked with the settings
  for (const live& one : live_) {
    if (one.datagrams) rules.own_ports.push_back(one.port);
  }
  return rules;
}

template <typename Use>
void listeners::with_service(const live& one, const config::settings& settings, Use use) const {
  const listener_url& url = one.url;
  const auto offer = [&](auto make_service) {
    const auto make = [&, make_service](std::size_t worker) {
      return make_service(answerers_[worker]);
    };
    using service_type = decltype(make(0));
    if constexpr (protocol::datagram_service<service_type>) {
      if (one.datagrams) return use(make, rules_of(url));
    }
    const net::networks proxies = networks_of(url)->proxy;
#ifdef POLYCLOCK_TLS
    if constexpr (service_type::request_size_max > 0) {
      using secure_rules = net::stream_rules<tls_layer>;
      if (url.is_tls) return use(make, secure_rules{proxies, certificates_.layer_of(url)});
    }
#endif
    use(make, net::stream_rules<>{proxies});
  };
  switch (url.protocol) {
    case config::protocol::dt:
      return offer([&](const auto& answerer) {
        return service::dt_service(answerer, defaults_of(url, settings),
                                   url.magic.value_or(protocol::dt_magic),
                                   one.is_local ? statistics_ : nullptr, subscribers_);
      });
    case config::protocol::daytime:
      return offer([&](const auto& answerer) {
        return service::daytime_service(answerer, daytime_defaults_of(url, settings));
      });
    case config::protocol::time:
      return offer([](const auto& answerer) { return service::time_service(answerer); });
    case config::protocol::text:
      return offer([&](const auto& answerer) {
        return service::text_service(answerer, defaults_of(url, settings));
      });
    case config::protocol::http:
      return offer([&](const auto& answerer) {
        return service::http_service(answerer, defaults_of(url, settings),
                                     url.admin.value_or(one.is_local) ? statistics_ : nullptr,
                                     subscribers_);
      });
  }
}

}  // namespace polyclock
