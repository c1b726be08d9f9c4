#include "config/load.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/nearest_name.hpp"
#include "base/parse_number.hpp"
#include "config/option.hpp"

namespace polyclock::config {
namespace {

namespace po = boost::program_options;

constexpr const char* default_file = "/etc/polyclock/polyclockd.conf";
constexpr const char* listen_key = "listen";
constexpr const char* from_command_line = "command line";

// Each row of the table as a Program_options option whose value is the unparsed text.
po::options_description file_options() {
  po::options_description description("Settings, on the command line or in the file");
  for (const option& option : options()) {
    const std::string description_text =
        std::string(option.description) + " [default: " + option.default_text + "]";
    po::typed_value<std::vector<std::string>>* const value =
        po::value<std::vector<std::string>>()->value_name(option.argument);
    description.add_options()(option.name, value, description_text.c_str());
  }
  return description;
}

po::options_description command_options() {
  po::options_description description("Commands");
  description.add_options()  //
      ("config", po::value<std::string>()->value_name("FILE"),
       "the configuration file [default: /etc/polyclock/polyclockd.conf if it exists]")  //
      ("check-config", "check the configuration, print the errors, exit 0 or 2")         //
      ("print-config", "print the effective configuration in the file's syntax, exit")   //
      ("reload", po::value<std::string>()->value_name("PID"),
       "ask that daemon to reload, wait, exit 0 or 1 with the error")  //
      ("version", "print the version, exit")                           //
      ("help,h", "print this help, exit");
  return description;
}

po::options_description all_options() {
  po::options_description all;
  all.add(file_options()).add(command_options());
  return all;
}

// Why the path is unusable as a configuration file; of all devices /dev/null is one. Empty if it is usable.
std::string path_error(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return error.message();
  const bool is_usable = is_regular_file(status) || canonical(path, error) == "/dev/null";
  return is_usable ? "" : "not a regular file";
}

std::string repetition_error(const std::string& earlier) {
  if (earlier == from_command_line) return "given more than once";
  return "already set on line " + earlier.substr(earlier.rfind(':') + 1);
}

bool is_in_quotes(std::string_view value) {
  return value.size() >= 2 && value.front() == value.back() &&
         (value.front() == '"' || value.front() == '\'');
}

// Sets the value, or returns why it is invalid.
std::optional<invalid> set_value(const option& option, const assignment& assignment,
                                 settings& settings) {
  if (assignment.value.empty()) return invalid{"value is missing"};
  if (assignment.value.starts_with("--")) {
    return invalid{"value is missing before '" + assignment.value + "'"};
  }
  if (is_in_quotes(assignment.value)) return invalid{assignment.value + ": remove the quotes"};
  auto error = option.read(settings, assignment.value);
  if (!error && assignment.key == listen_key) settings.listen.back().origin = assignment.origin;
  return error;
}

void apply(const assignment& assignment, loaded& loaded, diagnostics& errors) {
  const auto rows = options();
  const auto option = std::find_if(rows.begin(), rows.end(), [&](const config::option& row) {
    return row.name == assignment.key;
  });
  const std::string where = assignment.origin + ": " + assignment.key + ": ";
  const auto [earlier, is_first] = loaded.origins.emplace(assignment.key, assignment.origin);
  if (!is_first && !option->repeatable) {
    errors.push_back(where + repetition_error(earlier->second));
  } else if (const auto error = set_value(*option, assignment, loaded.settings)) {
    errors.push_back(where + error->why);
  }
}

std::string_view without_leading_space(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(" \t\r"), line.size()));
}

std::string syntax_error(std::string_view line) {
  const std::string_view text = without_leading_space(line);
  if (text.find('\0') != std::string_view::npos) return "NUL byte; the file must be UTF-8";
  if (text.starts_with('[')) return "sections are not supported";
  if (text.starts_with(';')) return "comments begin with #";
  return "expected 'key = value'";
}

std::string unknown_key(const std::string& key) {
  std::vector<std::string_view> names;
  for (const option& option : options()) names.emplace_back(option.name);
  return "unknown key '" + key + "'" + base::did_you_mean(key, names);
}

// Parses one line alone, so that each error can name its line.
void read_line(const std::string& line, const std::string& origin,
               const po::options_description& description, loaded& loaded, diagnostics& errors) {
  const std::string_view text = without_leading_space(line);
  if (text.empty() || text.starts_with('#')) return;
  if (text.find('\0') != std::string_view::npos) {
    return errors.push_back(origin + ": " + syntax_error(line));
  }
  try {
    std::istringstream stream(line);
    const po::parsed_options parsed = po::parse_config_file(stream, description);
    if (parsed.options.empty()) errors.push_back(origin + ": " + syntax_error(line));
    for (const po::option& option : parsed.options) {
      apply({option.string_key, option.value.front(), origin}, loaded, errors);
    }
  } catch (const po::unknown_option& error) {
    errors.push_back(origin + ": " + unknown_key(error.get_option_name()));
  } catch (const po::error&) {
    errors.push_back(origin + ": " + syntax_error(line));
  }
}

void read_file(const std::filesystem::path& path, loaded& loaded, diagnostics& errors) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  const std::string why = path_error(path);
  if (!why.empty()) return errors.push_back(path.string() + ": " + why);
  std::ifstream file(path);
  if (!file) return errors.push_back(path.string() + ": " + std::strerror(errno));
  const po::options_description description = file_options();
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
    read_line(line, path.string() + ":" + std::to_string(number), description, loaded, errors);
  }
  if (file.bad()) errors.push_back(path.string() + ": " + std::strerror(errno));
}

// Whether the default file exists; unreadable counts as existing.
bool default_file_exists() {
  std::error_code error;
  const auto status = std::filesystem::status(default_file, error);
  return status.type() != std::filesystem::file_type::not_found;
}

// Removes the origins and listeners of the file that the command line overrides.
void remove_overridden(const std::vector<assignment>& assignments, loaded& loaded) {
  for (const assignment& assignment : assignments) {
    loaded.origins.erase(assignment.key);
    if (assignment.key == listen_key) loaded.settings.listen.clear();
  }
}

bool is_config(const po::option& option) {
  return option.string_key == "config";
}

bool is_positional(const po::option& option) {
  return option.position_key >= 0;
}

void add_option(const po::option& option, command_line& line) {
  const std::string& key = option.string_key;
  if (is_config(option))
    line.file = option.value.front();
  else if (key == "check-config")
    line.check_config = true;
  else if (key == "print-config")
    line.print_config = true;
  else if (key == "version")
    line.version = true;
  else if (key == "help")
    line.help = true;
  else if (key != "reload")
    line.assignments.push_back({key, option.value.front(), from_command_line});
}

std::string unknown_option(const po::unknown_option& error,
                           const po::options_description& description) {
  std::vector<std::string_view> names;
  for (const auto& known : description.options()) names.emplace_back(known->long_name());
  return base::unknown_option(error.get_option_name(), names) + " (see --help)";
}

}  // namespace

checked<command_line> parse_command_line(int count, const char* const* arguments) {
  const auto error = [](const std::string& message) {
    return diagnostics{std::string(from_command_line) + ": " + message};
  };
  command_line line;
  const po::options_description description = all_options();
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed =
        po::command_line_parser(count, arguments).options(description).style(style).run();
    const auto& found = parsed.options;
    const auto argument = std::find_if(found.begin(), found.end(), is_positional);
    if (argument != found.end()) {
      return error("unexpected argument '" + argument->value.front() + "' (see --help)");
    }
    if (std::count_if(found.begin(), found.end(), is_config) > 1) {
      return error("config: given more than once");
    }
    for (const po::option& option : found) {
      add_option(option, line);
      if (option.string_key != "reload") continue;
      line.reload = base::parse_number<int>(option.value.front());
      if (found.size() > 1) return error("--reload cannot be combined with other options");
      if (!line.reload || *line.reload < 1) {
        return error("reload: '" + option.value.front() + "' is not a process ID");
      }
    }
  } catch (const po::unknown_option& unknown) {
    return error(unknown_option(unknown, description));
  } catch (const po::error& failure) {
    return error(failure.what());
  }
  return line;
}

checked<loaded> load(const command_line& line) {
  loaded loaded;
  diagnostics errors;
  if (line.file)
    read_file(*line.file, loaded, errors);
  else if (default_file_exists())
    read_file(default_file, loaded, errors);
  remove_overridden(line.assignments, loaded);
  for (const assignment& assignment : line.assignments) apply(assignment, loaded, errors);
  if (!errors.empty()) return errors;
  return loaded;
}

void print_help(std::ostream& out) {
  out << "Usage: polyclockd [OPTION]...\n"
         "Serves the current date and time in the locale and time zone that each client asks "
         "for.\n\n"
      << file_options() << "\n"
      << command_options() << "\nSee polyclockd(8) and polyclockd.conf(5).\n";
}

void print_settings(const settings& settings, std::ostream& out) {
  for (const option& option : options()) {
    for (const std::string& value : option.write(settings)) {
      out << option.name << " = " << value << "\n";
    }
  }
}

}  // namespace polyclock::config
