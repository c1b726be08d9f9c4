// Parses the daemon's command line and configuration file into settings; main calls it at the start
// and on each reload.
#pragma once

#include <boost/system/result.hpp>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace polyclock::config {

// The value of an option and its origin: `FILE:LINE` or `command line`.
struct assignment {
  std::string key;
  std::string value;
  std::string origin;
};

struct command_line {
  std::vector<assignment> assignments;
  std::optional<std::filesystem::path> file;  // --config
  bool check_config = false;
  bool print_config = false;
  std::optional<int> reload;  // the process to ask
  bool version = false;
  bool help = false;
};

// One line per error: `origin: key: message`.
using diagnostics = std::vector<std::string>;

template <typename Result>
using checked = boost::system::result<Result, diagnostics>;

// The origin of each key that was set.
using origins = std::map<std::string, std::string>;

struct loaded {
  config::settings settings;
  config::origins origins;
};

[[nodiscard]] checked<command_line> parse_command_line(int count, const char* const* arguments);

// The settings of the file; the command line overrides them. Without --config the default file is
// read if it exists.
[[nodiscard]] checked<loaded> load(const command_line& line);

void print_help(std::ostream& out);

// In the syntax of the configuration file.
void print_settings(const settings& settings, std::ostream& out);

}  // namespace polyclock::config
