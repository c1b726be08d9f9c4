// What the daemon has counted, with the names of Prometheus: `polyclock --stats` prints them, and /metrics tells them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "net/server.hpp"
#include "service/statistics.hpp"

namespace polyclock {

// Of a listener, open or not any more.
struct listener_name {
  std::string protocol;  // `dt`
  std::string endpoint;  // `dt+tcp://127.0.0.1:18814`
  bool is_open = true;
};

struct daemon_facts {
  std::string version;
  std::string tz_version;
  std::int64_t start_seconds = 0;  // since 1970
  std::size_t connections_max = 0;
  std::uint64_t reloads = 0;  // that succeeded
  std::uint64_t failed_reloads = 0;
  std::uint64_t refused_subscribers = 0;
};

// `errors`: the networks with the most.
[[nodiscard]] service::published_statistics metrics(
    const daemon_facts& facts, const std::map<net::listener_id, listener_name>& listeners,
    const std::map<net::listener_id, net::counters>& counted,
    const std::vector<net::client_errors::entry>& errors);

}  // namespace polyclock
