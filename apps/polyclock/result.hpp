// How the program ends: its exit status and what it prints.
#pragma once

#include <optional>
#include <string>

#include "protocol/error.hpp"

namespace polyclock {

enum exit_status { success = 0, server_error = 1, bad_usage = 2, no_server = 3, invalid_reply = 4 };

struct result {
  exit_status status;
  std::string line;    // on success for standard output, else for standard error
  std::string note{};  // for standard error, whatever the status; empty: none
  std::optional<protocol::error_code> code{};  // of the server's error
};

}  // namespace polyclock
