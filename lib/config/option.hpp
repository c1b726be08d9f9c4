// The table of all options: name, description and default, how a value is parsed into the settings
// and how it is formatted. The command line, the configuration file, --help and --print-config are
// generated from it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace polyclock::config {

struct option {
  const char* name;      // `--name` on the command line, `name =` in the file
  const char* argument;  // the placeholder of the value in --help
  const char* description;
  const char* default_text;  // the default as --help shows it
  bool repeatable;
  bool applied_on_reload;  // if false, at the next start
  // Sets the value, or returns why it is invalid. The message contains the value where that helps.
  std::optional<invalid> (*read)(settings& settings, const std::string& value);
  std::vector<std::string> (*write)(const settings& settings);
};

[[nodiscard]] std::span<const option> options();

}  // namespace polyclock::config
