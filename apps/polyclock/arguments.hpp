// Parses the client's command line and environment; main makes a request from them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/server_address.hpp"
#include "protocol/extended.hpp"
#include "protocol/rfc3339.hpp"
#include "tls_servers.hpp"

namespace polyclock {

enum class command : std::uint8_t {
  query = 1,
  list_zones,
  list_locales,
  list_statistics,
  daytime,
  time_protocol
};

// The part of an answer to print.
enum class output : std::uint8_t { text = 1, next_transition, quality, json };

struct arguments {
  polyclock::command command = polyclock::command::query;
  polyclock::output output = polyclock::output::text;
  protocol::subject what = protocol::subject::both;
  std::string pattern;                          // filter of a list of names; empty: all
  std::vector<client::server_address> servers;  // tried in order
  tls_files tls;
  std::vector<std::string> locales;  // BCP 47, in order of preference; empty: the server's
  bool environment_locale = false;   // the only one is the environment's
  std::optional<std::string> zone;   // unset: the server's
  std::string style;                 // empty: the server chooses
  std::optional<protocol::parsed_instant> at;  // unset: now
  std::chrono::milliseconds timeout{5000};
  std::uint8_t next = 0;  // texts that follow, to be listed
  bool ascii = false;
  bool classic = false;
  bool watch = false;
  bool quiet = false;
  bool help = false;
  bool version = false;
  std::string note;  // for standard error; empty: none
};

// An error in the command line.
struct usage_error {
  std::string message;
  bool quiet = false;
};

[[nodiscard]] std::variant<arguments, usage_error> parse_arguments(int count,
                                                                   const char* const* argv);

}  // namespace polyclock
