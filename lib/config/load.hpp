// Reads the daemon's command line and configuration file into settings; main calls it at start and
// on reload.
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

// One option's value and where it was set: `FILE:LINE` or `command line`.
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
  bool version = false;
  bool help = false;
};

// One line for each thing that is wrong: `origin: key: why`.
using complaints = std::vector<std::string>;

template <typename Result>
using checked = boost::system::result<Result, complaints>;

// Where each key was set that was.
using origins = std::map<std::string, std::string>;

struct loaded {
  config::settings settings;
  config::origins origins;
};

[[nodiscard]] checked<command_line> parse_command_line(int count, const char* const* arguments);

// The settings of the file, overruled by the command line. Without --config the default file is
// read where it exists.
[[nodiscard]] checked<loaded> load(const command_line& line);

void print_help(std::ostream& out);

// In the configuration file's own syntax.
void print_settings(const settings& settings, std::ostream& out);

}  // namespace polyclock::config
