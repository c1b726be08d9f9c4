#include "binding.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "config/listener_url.hpp"
#include "net/network.hpp"

namespace polyclock {
namespace {

using config::listener_url;
using config::transport;

net::bind_error error_of(boost::system::errc::errc_t code, std::string message) {
  return {boost::system::errc::make_error_code(code), std::move(message)};
}

bind_results adopt_passed(const listener_url& url, std::size_t copies,
                          const daemon::passed_sockets& passed) {
  std::vector<net::bound_endpoint> endpoints;
  for (const int descriptor : passed.named(url.path)) {
    auto adopted = net::adopt_socket(descriptor, url.path, copies);
    if (!adopted) return adopted.error();
    if (adopted->datagrams && !config::has_datagrams(url.protocol)) {
      return error_of(boost::system::errc::wrong_protocol_type,
                      url.path + ": a " + url.scheme + " listener needs a stream socket");
    }
    endpoints.push_back(std::move(*adopted));
  }
  if (!endpoints.empty()) return endpoints;
  return error_of(boost::system::errc::bad_file_descriptor,
                  url.path + ": systemd passed no socket of this name");
}

bind_results bind(const listener_url& url, std::size_t copies, const daemon::passed_sockets& passed,
                  net::port_sharing sharing) {
  const auto only = [](net::bind_result bound) -> bind_results {
    if (!bound) return bound.error();
    std::vector<net::bound_endpoint> endpoints;
    endpoints.push_back(std::move(*bound));
    return endpoints;
  };
  switch (url.transport) {
    case transport::tcp:
      return only(net::listen_tcp(url.host, url.port, copies, sharing));
    case transport::udp:
      return only(net::listen_udp(url.host, url.port, copies, sharing));
    case transport::unix_stream:
      return only(net::listen_unix(url.path, copies));
    case transport::passed:
      break;
  }
  return adopt_passed(url, copies, passed);
}

int socket_type_of(const listener_url& url) {
  return url.transport == transport::udp ? SOCK_DGRAM : SOCK_STREAM;
}

bool is_internet(const listener_url& url) {
  return url.transport == transport::tcp || url.transport == transport::udp;
}

// systemd creates the service's own folder when it starts.
bool comes_with_service(const listener_url& url) {
  return std::filesystem::path(url.path).parent_path() == "/run/polyclock" &&
         !std::filesystem::exists("/run/polyclock");
}

bool has_clients_of(const std::vector<net::bound_endpoint>& endpoints,
                    const net::network& network) {
  return std::any_of(endpoints.begin(), endpoints.end(), [&](const net::bound_endpoint& one) {
    const bool is_v6 = one.name.starts_with('[');
    const bool is_dual = one.name.starts_with("[::]:");  // perhaps, if it was passed
    return one.port != 0 && (is_dual || is_v6 == network.is_v6());
  });
}

// The key whose networks no client of the endpoints can be in, as one sentence; empty if there is none. Some networks
// may be in vain: which family a name stands for is the system's choice.
std::string never_matching(const listener_url& url,
                           const std::vector<net::bound_endpoint>& endpoints) {
  const auto matches = [&](const std::string& text) {
    const auto network = net::network::parse(text);
    return !network || has_clients_of(endpoints, *network);  // what is none is an error elsewhere
  };
  for (const auto& [key, texts] :
       {std::pair{"allow '", &url.allow}, std::pair{"proxy '", &url.proxy}}) {
    if (texts->empty() || std::any_of(texts->begin(), texts->end(), matches)) continue;
    return endpoints.front().name + ": " + key + texts->front() +
           "' never matches: no client of the listener is in it";
  }
  return {};
}

// A TCP socket without a copy is bound, but never listens.
std::string bind_failure(const listener_url& url, const daemon::passed_sockets& passed) {
  if (url.transport == transport::unix_stream && comes_with_service(url)) return {};
  const std::size_t copies = url.transport == transport::tcp ? 0 : 1;
  const auto bound = bind_listener(url, copies, passed, net::port_sharing::none);
  const bool is_fine = bound || bound.error().code == boost::system::errc::address_in_use;
  return is_fine ? std::string() : bound.error().message;
}

// Compares each address with those before it; names of one address are one.
class address_comparison {
 public:
  // The origin of the listener before that has the same address; empty if there is none.
  std::string find_or_add(const listener_url& url) {
    if (url.transport == transport::unix_stream) {
      std::error_code unreadable;
      auto path = std::filesystem::weakly_canonical(url.path, unreadable);
      if (unreadable) path = std::filesystem::path(url.path).lexically_normal();
      const auto [first, is_first] = origin_of_path_.try_emplace(path, url.origin);
      return is_first ? std::string() : first->second;
    }
    if (!is_internet(url) || url.port == 0) return {};
    const auto address = net::resolve(url.host, url.port, socket_type_of(url));
    if (!address) return {};  // binding it will say so
    for (const known& one : known_) {
      if (one.transport == url.transport && net::overlap(one.address, *address)) return one.origin;
    }
    known_.push_back({url.transport, *address, url.origin});
    return {};
  }

 private:
  struct known {
    config::transport transport;
    net::socket_address address;
    std::string origin;
  };

  std::vector<known> known_;
  std::map<std::filesystem::path, std::string> origin_of_path_;
};

}  // namespace

bind_results bind_listener(const listener_url& url, std::size_t copies,
                           const daemon::passed_sockets& passed, net::port_sharing sharing) {
  auto bound = bind(url, copies, passed, sharing);
  if (!bound) return bound;
  std::string why = never_matching(url, *bound);
  if (!why.empty()) return error_of(boost::system::errc::invalid_argument, std::move(why));
  return bound;
}

config::diagnostics check_addresses(const config::settings& settings,
                                    const daemon::passed_sockets& passed) {
  config::diagnostics errors;
  address_comparison addresses;
  for (const listener_url& url : settings.listen) {
    const std::string where = url.origin + ": listen: '" + url.text + "': ";
    const std::string same = addresses.find_or_add(url);
    const std::string why =
        same.empty() ? bind_failure(url, passed) : "same address as the listener at " + same;
    if (!why.empty() && !url.built_in) errors.push_back(where + why);
  }
  return errors;
}

}  // namespace polyclock
