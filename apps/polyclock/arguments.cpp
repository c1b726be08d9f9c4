#include "arguments.hpp"

#include <algorithm>
#include <array>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/variables_map.hpp>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "environment.hpp"
#include "options.hpp"
#include "protocol/query.hpp"
#include "protocol/rfc3339.hpp"

namespace polyclock {
namespace {

namespace po = boost::program_options;
using texts = std::vector<std::string>;

// Thrown by a failed check.
struct invalid_argument {
  std::string message;
};

// Throws `SOURCE: 'VALUE'` followed by the message.
[[noreturn]] void reject(const std::string& source, const std::string& value,
                         const std::string& message) {
  throw invalid_argument{source + ": '" + value + "'" + message};
}

bool has(const po::variables_map& values, const char* name) {
  return values.count(name) > 0;
}

std::string text_of(const po::variables_map& values, const char* name) {
  return values[name].as<std::string>();
}

// The same of an option whose value must not be empty.
std::string required_text(const po::variables_map& values, const char* name) {
  if (text_of(values, name).empty()) {
    throw invalid_argument{std::string("--") + name + ": value is missing"};
  }
  return text_of(values, name);
}

void forbid(const po::variables_map& values, const char* one, const char* other) {
  if (has(values, one) && has(values, other)) {
    throw invalid_argument{std::string("--") + one + " and --" + other + " cannot be combined"};
  }
}

void check_combinations(const po::variables_map& values) {
  forbid(values, "zone", "utc");
  forbid(values, "style", "iso-8601");
  forbid(values, "next-transition", "quality");
  forbid(values, "quality", "at");
  for (const char* other : {"classic", "next-transition", "quality"}) forbid(values, "next", other);
  for (const char* extended : {"locale", "zone", "style", "iso-8601", "utc", "at", "ascii",
                               "next-transition", "quality"}) {
    forbid(values, "classic", extended);
  }
}

// Texts of now, over a stream.
void check_watch(const po::variables_map& values) {
  if (!has(values, "watch")) return;
  for (const char* other : {"at", "classic", "next", "udp", "next-transition", "quality"}) {
    forbid(values, "watch", other);
  }
}

// Throws for each given option that is not allowed beside `one`, the name of an option or command.
void forbid_others(const po::variables_map& values, const std::string& one,
                   std::initializer_list<std::string_view> allowed) {
  for (const auto& [name, value] : values) {
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    const bool is_command = name == "command";
    const std::string other = is_command ? "'" + value.as<texts>().front() + "'" : "--" + name;
    throw invalid_argument{one + " cannot be combined with " + other};
  }
}

// The options of RFC 867 and RFC 868; false if neither is given.
bool read_other_protocol(const po::variables_map& values, arguments& read) {
  struct other_protocol {
    const char* option;
    polyclock::command command;
    std::uint16_t port;
  };
  constexpr std::array others{other_protocol{"daytime", command::daytime, 13},
                              other_protocol{"time-protocol", command::time_protocol, 37}};
  for (const auto& [option, command, port] : others) {
    if (!has(values, option)) continue;
    forbid_others(values, std::string("--") + option, {option, "udp", "timeout", "quiet"});
    const auto server = client::parse_host_address(text_of(values, option), port);
    if (!server) {
      reject(std::string("--") + option, text_of(values, option), ": expected HOST[:PORT]");
    }
    read.command = command;
    read.servers = {*server};
    return true;
  }
  return false;
}

void read_command(const po::variables_map& values, arguments& read) {
  if (!has(values, "command")) return;
  const texts words = values["command"].as<texts>();
  const std::string& word = words.front();
  if (word == "zones")
    read.command = command::list_zones;
  else if (word == "locales")
    read.command = command::list_locales;
  else if (word == "date")
    read.what = protocol::subject::date;
  else if (word == "time")
    read.what = protocol::subject::time;
  else if (word != "now")
    throw invalid_argument{"unknown command '" + word +
                           "'; must be one of date, time, now, zones, locales"};
  const std::size_t words_max = read.command == command::query ? 1 : 2;
  if (words.size() > words_max) {
    throw invalid_argument{"unexpected argument '" + words[words_max] + "'"};
  }
  if (words.size() == 2) read.pattern = words[1];
  if (read.command != command::query) {
    forbid_others(values, "'" + word + "'",
                  {"command", "server", "ca", "cert", "key", "json", "udp", "timeout", "quiet"});
  }
}

void read_statistics(const po::variables_map& values, arguments& read) {
  if (!has(values, "stats")) return;
  forbid_others(values, "--stats",
                {"stats", "server", "ca", "cert", "key", "json", "udp", "timeout", "quiet"});
  read.command = command::list_statistics;
}

output read_output(const po::variables_map& values) {
  if (has(values, "json")) return output::json;
  if (has(values, "next-transition")) return output::next_transition;
  return has(values, "quality") ? output::quality : output::text;
}

std::vector<client::server_address> read_servers(const po::variables_map& values) {
  texts names{environment_server().value_or("127.0.0.1")};
  const bool is_given = has(values, "server");
  const char* const source = is_given ? "--server" : "POLYCLOCK_SERVER";
  if (is_given) names = values["server"].as<texts>();
  std::vector<client::server_address> servers;
  for (const std::string& name : names) {
    const auto server = client::parse_server_address(name);
    if (!server) {
      reject(source, name,
             ": expected HOST[:PORT], [IPv6]:PORT, tls://HOST[:PORT], unix:/path or srv:DOMAIN");
    }
    servers.push_back(*server);
  }
  return servers;
}

tls_files read_tls_files(const po::variables_map& values) {
  const auto file = [&](const char* option) {
    return has(values, option) ? required_text(values, option) : "";
  };
  return {file("ca"), file("cert"), file("key")};
}

void check_tls_files(const arguments& read) {
  const auto& [ca, cert, key] = read.tls;
  if (cert.empty() != key.empty()) throw invalid_argument{"--cert and --key require each other"};
  if (has_tls(read.servers)) return;
  if (!ca.empty()) throw invalid_argument{"--ca requires a server at tls://"};
  if (!cert.empty()) throw invalid_argument{"--cert requires a server at tls://"};
}

void use_datagrams(std::vector<client::server_address>& servers) {
  for (client::server_address& server : servers) {
    if (!server.path.empty()) {
      throw invalid_argument{"--udp cannot be combined with the Unix socket " + server.name()};
    }
    if (is_tls(server)) {
      throw invalid_argument{"--udp cannot be combined with TLS, by which " + server.name() +
                             " is asked"};
    }
    server.transport = client::transport::datagram;
  }
}

texts read_locales(const po::variables_map& values) {
  texts tags;
  if (!has(values, "locale")) {
    if (const auto tag = environment_locale()) tags.push_back(*tag);
    return tags;
  }
  for (const std::string& locale : values["locale"].as<texts>()) {
    if (locale.empty()) throw invalid_argument{"--locale: value is missing"};
    if (const auto tag = to_language_tag(locale)) tags.push_back(*tag);
  }
  if (tags.size() > protocol::query_locales_max) {
    throw invalid_argument{"--locale: at most 8 locales are allowed"};
  }
  return tags;
}

zone_choice read_zone(const po::variables_map& values) {
  if (has(values, "utc")) return {"UTC", {}};
  return has(values, "zone") ? zone_choice{required_text(values, "zone"), {}} : environment_zone();
}

std::string read_style(const po::variables_map& values) {
  if (has(values, "iso-8601")) return "iso";
  if (!has(values, "style")) return {};
  return required_text(values, "style");
}

std::optional<protocol::parsed_instant> read_instant(const po::variables_map& values) {
  if (!has(values, "at") || text_of(values, "at") == "now") return std::nullopt;
  const auto instant = protocol::parse_instant(text_of(values, "at"));
  if (!instant) {
    reject(
        "--at", text_of(values, "at"),
        " is not an instant such as 2026-07-01T12:00:00+02:00, '2026-07-01 12:00' or @1782900000");
  }
  return instant;
}

// What `date -I` takes, as far as it has a meaning here.
void read_iso_format(const po::variables_map& values, arguments& read) {
  if (!has(values, "iso-8601")) return;
  const std::string format = text_of(values, "iso-8601");
  if (format.empty()) return;
  if (format != "date" && format != "seconds") {
    reject("--iso-8601", format, " is not a format; must be 'date' or 'seconds'");
  }
  if (has(values, "command")) {
    throw invalid_argument{"--iso-8601=" + format + " cannot be combined with '" +
                           values["command"].as<texts>().front() + "'"};
  }
  read.what = format == "date" ? protocol::subject::date : protocol::subject::both;
}

std::uint8_t read_next(const po::variables_map& values) {
  if (!has(values, "next")) return 0;
  const std::string text = text_of(values, "next");
  std::uint8_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || count < 1 || count > protocol::ahead_max) {
    reject("--next", text, " is not a number from 1 to 64");
  }
  return count;
}

std::chrono::milliseconds read_timeout(const po::variables_map& values) {
  if (!has(values, "timeout")) return std::chrono::seconds(5);
  const std::string text = text_of(values, "timeout");
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = error != std::errc::invalid_argument && end == text.data() + text.size();
  if (!is_number) reject("--timeout", text, " is not a number of seconds (0.001 to 86400)");
  if (error != std::errc() || !(seconds >= 0.001 && seconds <= 86400)) {
    reject("--timeout", text, " is out of range (0.001 to 86400)");
  }
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

arguments read(const po::variables_map& values) {
  arguments read;
  read.quiet = has(values, "quiet");
  read.help = has(values, "help");
  read.version = has(values, "version");
  if (read.help || read.version) return read;
  check_combinations(values);
  check_watch(values);
  if (!read_other_protocol(values, read)) {
    read_command(values, read);
    read_statistics(values, read);
    read_iso_format(values, read);
    read.servers = read_servers(values);
    read.tls = read_tls_files(values);
    check_tls_files(read);
  }
  if (has(values, "udp")) use_datagrams(read.servers);
  for (const client::server_address& server : read.servers) {
    if (has(values, "watch") && server.transport == client::transport::datagram) {
      throw invalid_argument{"--watch cannot be combined with UDP, by which " + server.name() +
                             " is asked"};
    }
  }
  read.locales = read_locales(values);
  read.environment_locale = !has(values, "locale") && !read.locales.empty();
  const bool has_zone = read.command == command::query && !has(values, "classic");
  if (has_zone) {
    zone_choice zone = read_zone(values);
    read.zone = std::move(zone.name);
    read.note = std::move(zone.note);
  }
  read.style = read_style(values);
  read.at = read_instant(values);
  read.timeout = read_timeout(values);
  read.ascii = has(values, "ascii");
  read.output = read_output(values);
  read.classic = has(values, "classic");
  read.watch = has(values, "watch");
  read.next = read_next(values);
  if (read.classic && (read.command != command::query || read.what == protocol::subject::both)) {
    throw invalid_argument{"--classic requires 'date' or 'time'"};
  }
  return read;
}

// `--quiet`, or `-q` among the letters of an argument: where the options cannot be read, this is all there is.
bool asks_for_quiet(std::string_view argument) {
  if (argument.starts_with("--")) return argument == "--quiet";
  constexpr std::string_view with_value = "slztI";
  const std::string_view letters = argument.substr(0, argument.find_first_of(with_value));
  return letters.starts_with('-') && letters.find('q') != std::string_view::npos;
}

}  // namespace

std::variant<arguments, usage_error> parse_arguments(int count, const char* const* argv) {
  const auto is_quiet = [&] { return std::any_of(argv, argv + count, asks_for_quiet); };
  po::variables_map values;
  try {
    values = parse_options(count, argv);
    return read(values);
  } catch (const invalid_argument& error) {
    return usage_error{error.message, values.empty() ? is_quiet() : has(values, "quiet")};
  } catch (const po::unknown_option& error) {
    return usage_error{message_of(error), is_quiet()};
  } catch (const po::error& error) {
    return usage_error{error.what(), is_quiet()};
  }
}

}  // namespace polyclock
