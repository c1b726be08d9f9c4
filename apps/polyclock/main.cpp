// polyclock: parses the command line, sends a request, and prints the reply as one line. A list of
// names takes one exchange per page.

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "arguments.hpp"
#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "client/exchange.hpp"
#include "json.hpp"
#include "options.hpp"
#include "protocol/daytime.hpp"
#include "protocol/dt_reply.hpp"
#include "protocol/listing.hpp"
#include "protocol/rfc3339.hpp"
#include "protocol/time_protocol.hpp"
#include "reply_check.hpp"
#include "round_trip.hpp"
#include "time_query.hpp"
#include "tls_servers.hpp"
#include "watch.hpp"

namespace polyclock {
namespace {

// Adds the names of a page; false where one does not follow the last one, as none of a sorted list does not.
bool add_names(protocol::name_page& page, std::vector<std::string>& names) {
  for (auto name = next_name(page); !name.empty(); name = next_name(page)) {
    if (!names.empty() && !base::less_ignoring_case(names.back(), name)) return false;
    names.emplace_back(name);
  }
  return true;
}

result list_of(const std::vector<std::string>& names, const arguments& arguments) {
  if (arguments.output == output::json) {
    const bool is_list = arguments.command != command::list_statistics;
    return {success, is_list ? to_json(names) : statistics_to_json(names)};
  }
  std::string lines;
  for (const std::string& name : names) lines += (lines.empty() ? "" : "\n") + name;
  return {success, std::move(lines)};
}

protocol::name_kind kind_of(command list) {
  if (list == command::list_locales) return protocol::name_kind::locales;
  if (list == command::list_statistics) return protocol::name_kind::statistics;
  return protocol::name_kind::zones;
}

result run_list(const arguments& arguments, deadline until) {
  constexpr std::size_t names_max = 100'000;
  std::vector<std::string> names;
  for (bool more = true; more;) {
    const protocol::list_request request{random_id(), kind_of(arguments.command), arguments.pattern,
                                         names.empty() ? std::string_view() : names.back()};
    auto replied = ask<protocol::name_page>(arguments, request, until);
    if (const auto* other = std::get_if<result>(&replied)) return *other;
    auto& [received, page] = std::get<reply<protocol::name_page>>(replied);
    more = page.more;
    const std::size_t before = names.size();
    const bool sorted = add_names(page, names);
    if (!sorted || (more && names.size() == before) || names.size() > names_max) {
      return {invalid_reply,
              received.server + ": invalid list: names are not sorted, or a page is empty"};
    }
  }
  return list_of(names, arguments);
}

result run_daytime(const arguments& arguments, deadline until) {
  const auto received = client::exchange(arguments.servers, {}, check_daytime_reply, until);
  if (!received) return to_result(received.error());
  std::string_view line;
  static_cast<void>(protocol::decode_daytime(received->bytes, true, line));  // already checked
  return {success, std::string(line)};
}

result run_time_protocol(const arguments& arguments, deadline until) {
  const auto received = client::exchange(arguments.servers, {}, check_time_reply, until);
  if (!received) return to_result(received.error());
  const auto seconds = protocol::decode_time(received->bytes);
  return {
      success,
      std::string(protocol::format_instant({seconds.value_or(0), 0}).view())};  // already checked
}

result run(const arguments& arguments) {
  const deadline until = std::chrono::steady_clock::now() + arguments.timeout;
  switch (arguments.command) {
    case command::query:
      if (arguments.watch) return run_watch(arguments);
      return arguments.classic ? run_classic_query(arguments, until) : run_query(arguments, until);
    case command::list_zones:
    case command::list_locales:
    case command::list_statistics:
      return run_list(arguments, until);
    case command::daytime:
      return run_daytime(arguments, until);
    case command::time_protocol:
      return run_time_protocol(arguments, until);
  }
  return {bad_usage, "no such command"};
}

int finish(result end, bool quiet) {
  if (!quiet && !end.note.empty()) {
    std::cerr << "polyclock: note: " << base::make_printable(end.note) << "\n";
  }
  if (end.status == success) {
    if (!end.line.empty()) std::cout << end.line << "\n";
    std::cout.flush();
    if (std::cout) return success;
    end = {invalid_reply,
           "cannot write to standard output: " + std::generic_category().message(errno)};
  }
  if (!quiet) std::cerr << "polyclock: " << base::make_printable(end.line) << "\n";
  return end.status;
}

// Where a standard stream is closed, what is opened next would get what is printed.
void occupy_standard_streams() {
  constexpr int last_stream = 2;
  for (int stream = 0; stream <= last_stream; ++stream) {
    const bool is_closed = fcntl(stream, F_GETFD) < 0;
    if (is_closed)
      static_cast<void>(open("/dev/null", O_PATH));  // which can be neither read nor written
  }
}

int run(int count, char** argv) {
  occupy_standard_streams();
  auto parsed = parse_arguments(count, argv);
  if (const auto* error = std::get_if<usage_error>(&parsed)) {
    return finish({bad_usage, error->message + " (see --help)"}, error->quiet);
  }
  auto& arguments = std::get<polyclock::arguments>(parsed);
  if (arguments.help) return print_help(std::cout), finish({success, {}}, arguments.quiet);
  if (arguments.version) return finish({success, "polyclock " POLYCLOCK_VERSION}, arguments.quiet);
  if (has_tls(arguments.servers)) {
    const std::string wrong = prepare_tls(arguments.tls, arguments.servers, argv);
    if (!wrong.empty()) return finish({bad_usage, wrong}, arguments.quiet);
  }
  result end = run(arguments);
  if (!arguments.note.empty() && !arguments.watch) {
    end.note = end.note.empty() ? arguments.note : arguments.note + "; " + end.note;
  }
  return finish(std::move(end), arguments.quiet);
}

}  // namespace
}  // namespace polyclock

int main(int count, char** argv) {
  try {
    return polyclock::run(count, argv);
  } catch (const std::exception& failure) {
    std::cerr << "polyclock: " << failure.what() << "\n";
    return polyclock::no_server;
  }
}
