// What the daemon listens on: turns the settings' listener URLs into listeners of the server, at start and again
// on each reload, where those that stay keep their sockets and sessions.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding.hpp"
#include "certificates.hpp"
#include "config/settings.hpp"
#include "daemon/passed_sockets.hpp"
#include "metrics.hpp"
#include "net/server.hpp"
#include "service/answerer.hpp"
#include "service/defaults.hpp"
#include "service/statistics.hpp"
#include "service/subscribers.hpp"

namespace polyclock {

struct listener_networks {
  net::networks allow;
  net::networks proxy;
};

// Of a listener's keys; an error names the one that cannot be read.
[[nodiscard]] boost::system::result<listener_networks, config::invalid> networks_of(
    const config::listener_url& url);

// What a listener answers to a request that names nothing.
[[nodiscard]] service::defaults defaults_of(const config::listener_url& url,
                                            const config::settings& settings);

using answerer_list = std::vector<std::shared_ptr<service::answerer>>;  // one for each worker

// What has been done about the listeners.
struct listener_changes {
  std::vector<std::string> opened;   // `dt+tcp 127.0.0.1:18814`, with the real port
  std::vector<std::string> closed;   // likewise
  std::vector<std::string> missing;  // built-in ones that this host cannot have, and why
  std::vector<std::string> waiting;  // those whose address is not there yet, and why
};

class listeners {
 public:
  // `statistics`: for the DT listeners on loopback addresses and Unix sockets.
  listeners(net::server& server, const answerer_list& answerers,
            const daemon::passed_sockets& passed,
            std::shared_ptr<const service::statistics> statistics)
      : server_(server),
        answerers_(answerers),
        passed_(passed),
        statistics_(std::move(statistics)) {}

  // Listens as the settings say, which have been checked. A listener whose address is not there yet waits for it,
  // from the start on, if another one is open. The error names the endpoint and the reason, and nothing has changed
  // then.
  [[nodiscard]] boost::system::result<listener_changes, config::invalid> adopt(
      const config::settings& settings);

  // Opens those whose address has come since, and says of those that wait for another reason now why.
  [[nodiscard]] listener_changes retry_waiting(const config::settings& settings);

  [[nodiscard]] std::vector<std::string> certificate_warnings() const {
    return certificates_.warnings(std::chrono::system_clock::now());
  }

  // At most so many, and not all that the server's connections may be.
  void limit_subscribers(std::size_t most);
  [[nodiscard]] std::uint64_t refused_subscribers() const { return subscribers_->refused(); }

  // Of all that have ever been open.
  [[nodiscard]] const std::map<net::listener_id, listener_name>& names() const { return names_; }

 private:
  struct live {
    config::listener_url url;
    net::listener_id id;
    std::string name;    // as in `listener_changes`
    std::uint16_t port;  // 0: a Unix socket
    bool datagrams;
    bool is_local;  // only this host reaches it
    bool stays;
  };
  struct fresh {
    const config::listener_url* url;
    net::bound_endpoint endpoint;
  };

  // One whose address is not there yet.
  struct late {
    config::listener_url url;
    std::string why;
  };

  [[nodiscard]] bind_results bind(const config::listener_url& url) const;
  // Whether a listener that is about to go has the port.
  [[nodiscard]] bool is_being_replaced(const config::listener_url& url) const;
  // Marks the one that listens there already and takes over the new URL's keys.
  [[nodiscard]] bool keep(const config::listener_url& url);
  [[nodiscard]] bool is_waiting(const config::listener_url& url) const;
  void open(std::vector<fresh> to_open, const config::settings& settings,
            listener_changes& changes);
  void add(fresh one, const config::settings& settings);
  void retire_gone(listener_changes& changes);
  [[nodiscard]] net::source_rules rules_of(const config::listener_url& url) const;

  // Calls `use(make_service, rules)` with the rules of streams or of datagrams.
  template <typename Use>
  void with_service(const live& one, const config::settings& settings, Use use) const;

  net::server& server_;
  const answerer_list& answerers_;
  const daemon::passed_sockets& passed_;
  std::shared_ptr<const service::statistics> statistics_;
  std::shared_ptr<service::subscribers> subscribers_ = std::make_shared<service::subscribers>();
  std::map<net::listener_id, listener_name> names_;
  certificates certificates_;
  std::vector<live> live_;
  std::vector<late> waiting_;
};

}  // namespace polyclock
