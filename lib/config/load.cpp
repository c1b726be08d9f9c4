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

#include "config/option.hpp"

namespace polyclock::config {
namespace {

namespace po = boost::program_options;

constexpr const char* default_file = "/etc/polyclock/polyclockd.conf";
constexpr const char* listen_key = "listen";
constexpr const char* from_command_line = "command line";

// Every row of the table as a Program_options option with an uninterpreted text for its value.
po::options_description file_options() {
  po::options_description description("Settings, on the command line or in the file");
  for (const option& option : options()) {
    const std::string meaning = std::string(option.meaning) + " (" + option.initial + ")";
    po::typed_value<std::vector<std::string>>* const value =
        po::value<std::vector<std::string>>()->value_name(option.argument);
    description.add_options()(option.name, value, meaning.c_str());
  }
  return description;
}

po::options_description command_options() {
  po::options_description description("Commands");
  description.add_options()  //
      ("config", po::value<std::string>()->value_name("FILE"),
       "the configuration file (/etc/polyclock/polyclockd.conf where it exists)")       //
      ("check-config", "read and check everything, print what is wrong, exit 0 or 2")   //
      ("print-config", "print the effective configuration in the file's syntax, exit")  //
      ("version", "print the version, exit")                                            //
      ("help", "print this help, exit");
  return description;
}

po::options_description all_options() {
  po::options_description all;
  all.add(file_options()).add(command_options());
  return all;
}

// What is wrong with a file that is no configuration to read; a device such as /dev/null is one.
std::string obstacle(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return error.message();
  const bool readable = is_regular_file(status) || is_character_file(status);
  return readable ? "" : "is neither a file nor a device";
}

void apply(const assignment& assignment, loaded& loaded, complaints& wrong) {
  const auto rows = options();
  const auto option = std::find_if(rows.begin(), rows.end(), [&](const config::option& row) {
    return row.name == assignment.key;
  });
  const std::string where = assignment.origin + ": " + assignment.key + ": ";
  const auto [earlier, is_first] = loaded.origins.emplace(assignment.key, assignment.origin);
  if (!is_first && !option->repeatable) {
    wrong.push_back(where + "has been set before (" + earlier->second + ")");
    return;
  }
  if (const auto error = option->read(loaded.settings, assignment.value)) {
    wrong.push_back(where + "'" + assignment.value + "' " + error->why);
  } else if (assignment.key == listen_key) {
    loaded.settings.listen.back().origin = assignment.origin;
  }
}

bool is_blank(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

// A line by itself, so that a complaint can name it.
void read_line(const std::string& line, const std::string& origin,
               const po::options_description& description, loaded& loaded, complaints& wrong) {
  if (is_blank(line)) return;
  try {
    std::istringstream stream(line);
    const po::parsed_options parsed = po::parse_config_file(stream, description);
    if (parsed.options.empty()) wrong.push_back(origin + ": is not of the form key = value");
    for (const po::option& option : parsed.options) {
      apply({option.string_key, option.value.front(), origin}, loaded, wrong);
    }
  } catch (const po::unknown_option& error) {
    wrong.push_back(origin + ": '" + error.get_option_name() + "' is no key");
  } catch (const po::error&) {
    wrong.push_back(origin + ": is not of the form key = value");
  }
}

void read_file(const std::filesystem::path& path, loaded& loaded, complaints& wrong) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  const std::string why = obstacle(path);
  if (!why.empty()) return wrong.push_back(path.string() + ": " + why);
  std::ifstream file(path);
  if (!file) return wrong.push_back(path.string() + ": " + std::strerror(errno));
  const po::options_description description = file_options();
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
    read_line(line, path.string() + ":" + std::to_string(number), description, loaded, wrong);
  }
  if (file.bad()) wrong.push_back(path.string() + ": " + std::strerror(errno));
}

// The file that is there without being asked for; one that cannot be looked at counts as there.
bool has_default_file() {
  std::error_code error;
  const auto status = std::filesystem::status(default_file, error);
  return status.type() != std::filesystem::file_type::not_found;
}

// Forgets what the file said of the keys that the command line sets.
void make_way(const std::vector<assignment>& assignments, loaded& loaded) {
  for (const assignment& assignment : assignments) {
    loaded.origins.erase(assignment.key);
    if (assignment.key == listen_key) loaded.settings.listen.clear();
  }
}

bool is_config(const po::option& option) {
  return option.string_key == "config";
}

void take_option(const po::option& option, command_line& line) {
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
  else
    line.assignments.push_back({key, option.value.front(), from_command_line});
}

}  // namespace

checked<command_line> parse_command_line(int count, const char* const* arguments) {
  command_line line;
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::options_description description = all_options();
    const po::positional_options_description none;
    const po::parsed_options parsed = po::command_line_parser(count, arguments)
                                          .options(description)
                                          .positional(none)
                                          .style(style)
                                          .run();
    if (std::count_if(parsed.options.begin(), parsed.options.end(), is_config) > 1) {
      return complaints{"command line: config: is given twice"};
    }
    for (const po::option& option : parsed.options) take_option(option, line);
  } catch (const po::too_many_positional_options_error&) {
    return complaints{"command line: there are only options, see --help"};
  } catch (const po::error& error) {
    return complaints{std::string("command line: ") + error.what()};
  }
  return line;
}

checked<loaded> load(const command_line& line) {
  loaded loaded;
  complaints wrong;
  if (line.file)
    read_file(*line.file, loaded, wrong);
  else if (has_default_file())
    read_file(default_file, loaded, wrong);
  make_way(line.assignments, loaded);
  for (const assignment& assignment : line.assignments) apply(assignment, loaded, wrong);
  if (!wrong.empty()) return wrong;
  return loaded;
}

void print_help(std::ostream& out) {
  out << "Usage: polyclockd [OPTION]...\n"
         "Tells any client the current date or time, in its language and zone.\n\n"
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
