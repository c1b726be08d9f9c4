// All settings of the daemon in one struct; polyclockd's main function makes a server from it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/listener_url.hpp"

namespace polyclock::config {

enum class log_level : std::uint8_t { error = 1, warning, info, debug };

struct settings {
  std::vector<listener_url> listen;  // empty: the default endpoint
  std::string locale = "en";
  std::string zone;      // empty: the system's time zone
  std::string zoneinfo;  // empty: the system's tz database
  std::string words;     // directory of further words of the time; empty: none
  std::size_t threads = 0;
  std::size_t connections_max = 10000;
  std::size_t connections_max_per_address = 0;
  std::size_t subscribers_max = 10000;
  std::uint32_t udp_rate = 1000;
  std::chrono::seconds idle_timeout{60};
  std::chrono::seconds request_timeout{5};
  std::chrono::seconds drain_delay{0};
  std::chrono::seconds grace_period{10};
  log_level level = log_level::info;
};

}  // namespace polyclock::config
