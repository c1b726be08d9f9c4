// polyclock: parses the command line, sends a request, and prints the reply as one line. A list of
// names takes one exchange per page.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <exception>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "arguments.hpp"
#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "client/exchange.hpp"
#include "client/rfc3339.hpp"
#include "json.hpp"
#include "line.hpp"
#include "protocol/classic.hpp"
#include "protocol/daytime.hpp"
#include "protocol/dt_reply.hpp"
#include "protocol/query.hpp"
#include "protocol/time_protocol.hpp"
#include "reply_check.hpp"

namespace polyclock {
namespace {

using client::deadline;
using request_bytes = std::array<std::byte, protocol::request_size_max>;

enum exit_status { success = 0, server_error = 1, bad_usage = 2, no_server = 3, invalid_reply = 4 };

// The result of the program.
struct result {
  exit_status status;
  std::string line;  // on success for standard output, else for standard error
};

std::uint32_t random_id() {
  std::random_device source;
  return std::uniform_int_distribution<std::uint32_t>(1)(source);
}

protocol::query to_query(const arguments& arguments) {
  protocol::query query;
  query.id = random_id();
  query.what = arguments.what;
  query.style = arguments.style;
  query.locale_count = arguments.locales.size();
  std::copy(arguments.locales.begin(), arguments.locales.end(), query.locales.begin());
  if (arguments.zone) query.zone = *arguments.zone;
  const bool shows_text = arguments.output == output::text || arguments.output == output::json;
  if (!shows_text) {  // avoids errors about an unknown locale or style
    query.style = "iso";
    query.locale_count = 0;
  }
  if (arguments.at) query.instant = arguments.at->when;
  query.ascii = arguments.ascii;
  return query;
}

bool uses_datagrams(const arguments& arguments) {
  return std::any_of(arguments.servers.begin(), arguments.servers.end(), [](const auto& server) {
    return server.transport == client::transport::datagram;
  });
}

// Extended requests over UDP are padded to the maximum size of the reply.
template <typename Request>
client::outcome<client::received_reply> send(const arguments& arguments, const Request& request,
                                             const client::reply_check& check, deadline until) {
  request_bytes buffer;
  std::size_t size = encode(request, buffer);
  const bool is_classic = std::is_same_v<Request, protocol::classic_request>;
  if (size > 0 && !is_classic && uses_datagrams(arguments)) {
    size = protocol::pad_packet(buffer, size) ? buffer.size() : 0;
  }
  if (size == 0) {
    return client::failure{client::failure_kind::oversized, "request is longer than 1024 bytes"};
  }
  return client::exchange(arguments.servers, std::span(buffer).first(size), check, until);
}

result to_result(const client::failure& failure) {
  switch (failure.kind) {
    case client::failure_kind::oversized:
      return {bad_usage, failure.message};
    case client::failure_kind::unreachable:
      return {no_server, failure.message};
    case client::failure_kind::malformed:
      break;
  }
  return {invalid_reply, failure.message};
}

// The packet of the expected type, or the result for any other reply. Its views point into
// `received`.
template <typename Packet>
std::variant<Packet, result> expect(const client::received_reply& received) {
  protocol::dt_reply reply;
  static_cast<void>(decode_dt_reply(received.bytes, reply));  // already checked
  if (const auto* packet = std::get_if<Packet>(&reply)) return *packet;
  if (const auto* error = std::get_if<protocol::error>(&reply)) {
    return result{server_error, received.server + ": " + std::string(error->message)};
  }
  return result{invalid_reply, received.server + ": unexpected type of reply"};
}

// A reply's packet; its views point into `received`.
template <typename Packet>
struct reply {
  client::received_reply received;
  Packet packet;
};

// Sends an extended request. The reply of the expected type, or the result for whatever else came of it.
template <typename Packet, typename Request>
std::variant<reply<Packet>, result> ask(const arguments& arguments, const Request& request,
                                        deadline until) {
  auto received = send(arguments, request, check_extended_reply(request.id), until);
  if (!received) return to_result(received.error());
  auto packet = expect<Packet>(*received);
  if (const auto* other = std::get_if<result>(&packet)) return *other;
  return reply<Packet>{std::move(*received), std::get<Packet>(packet)};
}

// The offset from UTC in seconds of the zone that `query` is for.
std::variant<std::int64_t, result> ask_offset(const arguments& arguments, protocol::query query,
                                              std::int64_t unix_seconds, deadline until) {
  query.id = random_id();
  query.style = "iso";
  query.locale_count = 0;
  query.instant->seconds = unix_seconds;
  const auto replied = ask<protocol::answer>(arguments, query, until);
  if (const auto* other = std::get_if<result>(&replied)) return *other;
  return std::get<reply<protocol::answer>>(replied).packet.offset.seconds;
}

// Makes the local time of `query` an instant in its zone, whose offset only the server knows. Of two such instants it
// is the first. A time that clocks skip is read with the offset before that.
std::optional<result> resolve_local_time(const arguments& arguments, protocol::query& query,
                                         deadline until) {
  const std::int64_t local = query.instant->seconds;
  constexpr std::int64_t day = 86400;  // no zone's offset is that large
  std::int64_t before = 0;
  std::int64_t asked = std::max(local - day, client::first_second);
  for (int tries = 0; tries < 3; ++tries) {
    const auto replied = ask_offset(arguments, query, asked, until);
    if (const auto* other = std::get_if<result>(&replied)) return *other;
    const std::int64_t offset = std::get<std::int64_t>(replied);
    if (tries == 0) before = offset;
    const bool is_consistent = asked + offset == local;
    query.instant->seconds = is_consistent ? asked : local - before;
    if (is_consistent) break;
    asked = local - offset;
  }
  return std::nullopt;
}

result run_query(const arguments& arguments, deadline until) {
  protocol::query query = to_query(arguments);
  if (arguments.at && arguments.at->is_local) {
    if (const auto failed = resolve_local_time(arguments, query, until)) return *failed;
  }
  const auto replied = ask<protocol::answer>(arguments, query, until);
  if (const auto* other = std::get_if<result>(&replied)) return *other;
  const auto& [received, answer] = std::get<reply<protocol::answer>>(replied);
  if (arguments.zone && !base::equal_ignoring_case(answer.zone, *arguments.zone)) {
    return {invalid_reply, received.server + ": reply is for zone '" + std::string(answer.zone) +
                               "' instead of '" + *arguments.zone + "'"};
  }
  return {success, format_line(answer, arguments, received)};
}

result run_classic_query(const arguments& arguments, deadline until) {
  const protocol::classic_request request{protocol::dt_magic, arguments.what};
  const auto received = send(arguments, request, check_classic_reply, until);
  if (!received) return to_result(received.error());
  protocol::classic_response response{};
  const auto check = decode_classic_response(received->bytes, protocol::dt_magic, response);
  if (check != protocol::classic_check::valid) {
    return std::get<result>(expect<protocol::name_page>(*received));  // an error packet
  }
  if (arguments.output == output::json) return {success, to_json(response, received->server)};
  return {success, std::string(response.text)};
}

// Adds the names of a page; false where one does not follow the last one, as none of a sorted list does not.
bool add_names(protocol::name_page& page, std::vector<std::string>& names) {
  for (auto name = next_name(page); !name.empty(); name = next_name(page)) {
    if (!names.empty() && !base::less_ignoring_case(names.back(), name)) return false;
    names.emplace_back(name);
  }
  return true;
}

result to_result(const std::vector<std::string>& names, output form) {
  if (form == output::json) return {success, to_json(names)};
  std::string lines;
  for (const std::string& name : names) lines += (lines.empty() ? "" : "\n") + name;
  return {success, std::move(lines)};
}

result run_list(const arguments& arguments, deadline until) {
  constexpr std::size_t names_max = 100'000;
  std::vector<std::string> names;
  for (bool more = true; more;) {
    protocol::list_request request{random_id(), protocol::name_kind::zones, arguments.pattern,
                                   names.empty() ? std::string_view() : names.back()};
    if (arguments.command == command::list_locales) request.kind = protocol::name_kind::locales;
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
  return to_result(names, arguments.output);
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
  return {success, client::format_instant({seconds.value_or(0), 0})};  // already checked
}

result run(const arguments& arguments) {
  const deadline until = std::chrono::steady_clock::now() + arguments.timeout;
  switch (arguments.command) {
    case command::query:
      return arguments.classic ? run_classic_query(arguments, until) : run_query(arguments, until);
    case command::list_zones:
    case command::list_locales:
      return run_list(arguments, until);
    case command::daytime:
      return run_daytime(arguments, until);
    case command::time_protocol:
      return run_time_protocol(arguments, until);
  }
  return {bad_usage, "no such command"};
}

int finish(result end, bool quiet) {
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

int run(int count, char** argv) {
  const auto parsed = parse_arguments(count, argv);
  if (const auto* error = std::get_if<usage_error>(&parsed)) {
    return finish({bad_usage, error->message + " (see --help)"}, error->quiet);
  }
  const auto& arguments = std::get<polyclock::arguments>(parsed);
  if (arguments.help) return print_help(std::cout), finish({success, {}}, false);
  if (arguments.version) return finish({success, "polyclock " POLYCLOCK_VERSION}, false);
  return finish(run(arguments), arguments.quiet);
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
