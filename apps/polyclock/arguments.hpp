// The client's command line and environment, turned into what to ask and whom.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/server_address.hpp"
#include "protocol/extended.hpp"

namespace polyclock {

// What is wanted.
enum class command : std::uint8_t { tell = 1, list_zones, list_locales, daytime, time_protocol };

// What of an answer is printed.
enum class output : std::uint8_t { text = 1, next_transition, quality, json };

struct arguments {
  polyclock::command command = polyclock::command::tell;
  polyclock::output output = polyclock::output::text;
  protocol::subject what = protocol::subject::both;
  std::string pattern;                          // of the names to list; empty: all
  std::vector<client::server_address> servers;  // tried in order
  std::vector<std::string> locales;             // BCP 47, best first; empty: the server's
  std::optional<std::string> zone;              // none: the server's
  std::string style;                            // empty: the server chooses
  std::optional<protocol::timestamp> at;        // none: now
  std::chrono::milliseconds timeout{5000};
  bool ascii = false;
  bool classic = false;
  bool quiet = false;
  bool help = false;
  bool version = false;
};

// What is wrong with the command line, as one sentence.
struct usage_error {
  std::string why;
  bool quiet = false;
};

[[nodiscard]] std::variant<arguments, usage_error> parse_arguments(int count,
                                                                   const char* const* words);

void print_help(std::ostream& out);

}  // namespace polyclock
