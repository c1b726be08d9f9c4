// The table of all options: one row says an option's name, meaning and default, how its text is
// read into the settings and how it is written back. Command line, file, --help and --print-config
// all follow it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace polyclock::config {

struct option {
  const char* name;      // on the command line with --, in the file as it is
  const char* argument;  // the value's name in the help
  const char* meaning;
  const char* initial;  // the default in the help
  bool repeatable;
  bool applied_on_reload;  // otherwise at the next start
  // What is wrong with the value, or nothing.
  std::optional<invalid> (*read)(settings& settings, const std::string& value);
  std::vector<std::string> (*write)(const settings& settings);
};

[[nodiscard]] std::span<const option> options();

}  // namespace polyclock::config
