#include "listeners.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "net/listening_socket.hpp"
#include "net/network.hpp"
#include "service/daytime_service.hpp"
#include "service/dt_service.hpp"
#include "service/text_service.hpp"
#include "service/time_service.hpp"

namespace polyclock {
namespace {

using config::listener_url;
using config::transport;

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

}  // namespace

boost::system::result<net::networks, config::invalid> networks_of(const listener_url& url) {
  net::networks networks;
  for (const std::string& text : url.allow) {
    const auto network = net::network::parse(text);
    if (!network) {
      return config::invalid{"allow '" + text +
                             "' is not a CIDR block such as 192.0.2.0/24, or host bits are set"};
    }
    networks.push_back(*network);
  }
  return url.allow.empty() ? net::loopback_networks() : networks;
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
  listener_changes changes;
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
    if (!bound && may_be_missing(url, bound.error())) {
      changes.missing.push_back(bound.error().message);
      continue;
    }
    if (!bound) {
      live_ = before;
      return config::invalid{url.scheme + " " + bound.error().message};
    }
    for (net::bound_endpoint& endpoint : *bound) to_open.push_back({&url, std::move(endpoint)});
  }
  retire_gone(changes);
  for (fresh& one : to_open) {
    changes.opened.push_back(one.url->scheme + " " + one.endpoint.name);
    add(std::move(one), settings);
  }
  // Each has its keys, the settings' defaults and everybody's ports now.
  for (const live& one : live_) {
    with_service(one.url, one.datagrams, settings,
                 [&](auto... service) { server_.replace_service(one.id, service...); });
  }
  return changes;
}

listeners::bind_results listeners::bind(const listener_url& url) const {
  const std::size_t copies = answerers_.size();
  std::vector<net::bound_endpoint> endpoints;
  const auto take = [&](net::bind_result bound) -> bind_results {
    if (!bound) return bound.error();
    endpoints.push_back(std::move(*bound));
    return std::move(endpoints);
  };
  const auto sharing = is_being_replaced(url) ? net::port_sharing::own : net::port_sharing::none;
  switch (url.transport) {
    case transport::tcp:
      return take(net::listen_tcp(url.host, url.port, copies, sharing));
    case transport::udp:
      return take(net::listen_udp(url.host, url.port, copies, sharing));
    case transport::unix_stream:
      return take(net::listen_unix(url.path, copies));
    case transport::passed:
      break;
  }
  for (const int descriptor : passed_.named(url.path)) {
    auto adopted = net::adopt_socket(descriptor, url.path, copies);
    if (!adopted) return adopted.error();
    if (adopted->datagrams && !config::has_datagrams(url.protocol)) {
      return net::bind_error{
          boost::system::errc::make_error_code(boost::system::errc::wrong_protocol_type),
          url.path + ": a " + url.scheme + " listener needs a stream socket"};
    }
    endpoints.push_back(std::move(*adopted));
  }
  if (!endpoints.empty()) return endpoints;
  return net::bind_error{
      boost::system::errc::make_error_code(boost::system::errc::bad_file_descriptor),
      url.path + ": systemd passed no socket of this name"};
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
    changes.closed.push_back(one.url.scheme + " " + one.name);
  }
  std::erase_if(live_, [](const live& one) { return !one.stays; });
}

void listeners::add(fresh one, const config::settings& settings) {
  live added{*one.url, 0, one.endpoint.name, one.endpoint.port, one.endpoint.datagrams, true};
  with_service(added.url, added.datagrams, settings, [&](auto... service) {
    added.id = server_.listen(std::move(one.endpoint), service...);
  });
  live_.push_back(std::move(added));
}

net::source_rules listeners::rules_of(const listener_url& url) const {
  net::source_rules rules{*networks_of(url)};  // checked with the settings
  for (const live& one : live_) {
    if (one.datagrams) rules.own_ports.push_back(one.port);
  }
  return rules;
}

template <typename Use>
void listeners::with_service(const listener_url& url, bool datagrams,
                             const config::settings& settings, Use use) const {
  const auto offer = [&](auto make_service) {
    const auto make = [&, make_service](std::size_t worker) {
      return make_service(answerers_[worker]);
    };
    using service_type = decltype(make(0));
    if constexpr (protocol::datagram_service<service_type>) {
      if (datagrams) return use(make, rules_of(url));
    }
    use(make);
  };
  switch (url.protocol) {
    case config::protocol::dt:
      return offer([&](const auto& answerer) {
        return service::dt_service(answerer, defaults_of(url, settings),
                                   url.magic.value_or(protocol::dt_magic));
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
  }
}

}  // namespace polyclock
