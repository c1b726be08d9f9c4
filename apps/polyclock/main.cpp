// polyclock: the command line becomes a request, the request an exchange, its reply one line. Lists of
// names take an exchange a page.

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "arguments.hpp"
#include "client/exchange.hpp"
#include "client/rfc3339.hpp"
#include "json.hpp"
#include "judge.hpp"
#include "line.hpp"
#include "protocol/classic.hpp"
#include "protocol/daytime.hpp"
#include "protocol/dt_reply.hpp"
#include "protocol/query.hpp"
#include "protocol/time_protocol.hpp"

namespace polyclock {
namespace {

using client::deadline;
using request_bytes = std::array<std::byte, protocol::request_size_max>;

enum exit_status { answered = 0, server_error = 1, wrong_usage = 2, no_server = 3, no_reply = 4 };

// The end of the program: what to print where.
struct ending {
  exit_status status;
  std::string line;  // the answer on stdout, anything else on stderr
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
  if (!shows_text) {  // no language or style can be wrong then
    query.style = "iso";
    query.locale_count = 0;
  }
  query.instant = arguments.at;
  query.ascii = arguments.ascii;
  return query;
}

bool asks_by_datagram(const arguments& arguments) {
  return std::any_of(arguments.servers.begin(), arguments.servers.end(), [](const auto& server) {
    return server.transport == client::transport::datagram;
  });
}

// Extended requests by datagram are as long as their replies may be.
template <typename Request>
client::outcome<client::received> send(const arguments& arguments, const Request& request,
                                       const client::reply_judge& judge, deadline until) {
  request_bytes buffer;
  std::size_t size = encode(request, buffer);
  const bool is_classic = std::is_same_v<Request, protocol::classic_request>;
  if (size > 0 && !is_classic && asks_by_datagram(arguments)) {
    size = protocol::pad_packet(buffer, size) ? buffer.size() : 0;
  }
  if (size == 0) {
    return client::failure{client::failure_kind::oversized, "the request exceeds 1024 bytes"};
  }
  return client::exchange(arguments.servers, std::span(buffer).first(size), judge, until);
}

ending failed(const client::failure& failure) {
  switch (failure.kind) {
    case client::failure_kind::oversized:
      return {wrong_usage, failure.why};
    case client::failure_kind::unreachable:
      return {no_server, failure.why};
    case client::failure_kind::malformed:
      break;
  }
  return {no_reply, failure.why};
}

// The reply's packet of one kind, or how the program ends without it. Its views point into `received`.
template <typename Packet>
std::variant<Packet, ending> expect(const client::received& received) {
  protocol::dt_reply reply;
  static_cast<void>(decode_dt_reply(received.bytes, reply));  // the judge has found it valid
  if (const auto* packet = std::get_if<Packet>(&reply)) return *packet;
  if (const auto* error = std::get_if<protocol::error>(&reply)) {
    return ending{server_error, received.server + ": " + std::string(error->message)};
  }
  return ending{no_reply, received.server + ": the reply is of another kind"};
}

ending tell(const arguments& arguments, deadline until) {
  const protocol::query query = to_query(arguments);
  const auto received = send(arguments, query, judge_extended(query.id), until);
  if (!received) return failed(received.error());
  const auto answer = expect<protocol::answer>(*received);
  if (const auto* end = std::get_if<ending>(&answer)) return *end;
  return {answered, line_of(std::get<protocol::answer>(answer), arguments, *received)};
}

ending tell_classic(const arguments& arguments, deadline until) {
  const protocol::classic_request request{protocol::dt_magic, arguments.what};
  const auto received = send(arguments, request, judge_classic, until);
  if (!received) return failed(received.error());
  protocol::classic_response response{};
  const auto check = decode_classic_response(received->bytes, protocol::dt_magic, response);
  if (check != protocol::classic_check::valid) {
    return std::get<ending>(expect<protocol::name_page>(*received));  // the judge let an error pass
  }
  if (arguments.output == output::json) return {answered, to_json(response, received->server)};
  return {answered, std::string(response.text)};
}

// Prints one name a line, page after page.
ending list(const arguments& arguments, deadline until) {
  std::string last;
  for (bool more = true; more;) {
    protocol::list_request request{random_id(), protocol::name_kind::zones, arguments.pattern,
                                   last};
    if (arguments.command == command::list_locales) request.kind = protocol::name_kind::locales;
    const auto received = send(arguments, request, judge_extended(request.id), until);
    if (!received) return failed(received.error());
    auto reply = expect<protocol::name_page>(*received);
    if (const auto* end = std::get_if<ending>(&reply)) return *end;
    auto& page = std::get<protocol::name_page>(reply);
    more = false;
    for (auto name = next_name(page); !name.empty(); name = next_name(page)) {
      std::cout << name << "\n";
      last = name;
      more = page.more;
    }
  }
  return {answered, {}};
}

ending tell_daytime(const arguments& arguments, deadline until) {
  const auto received = client::exchange(arguments.servers, {}, judge_daytime, until);
  if (!received) return failed(received.error());
  std::string_view line;
  static_cast<void>(protocol::decode_daytime(received->bytes, true, line));  // has been judged
  return {answered, std::string(line)};
}

ending tell_time(const arguments& arguments, deadline until) {
  const auto received = client::exchange(arguments.servers, {}, judge_time, until);
  if (!received) return failed(received.error());
  const auto seconds = protocol::decode_time(received->bytes);
  return {answered, client::format_instant({seconds.value_or(0), 0})};  // has been judged
}

ending run(const arguments& arguments) {
  const deadline until = std::chrono::steady_clock::now() + arguments.timeout;
  switch (arguments.command) {
    case command::tell:
      return arguments.classic ? tell_classic(arguments, until) : tell(arguments, until);
    case command::list_zones:
    case command::list_locales:
      return list(arguments, until);
    case command::daytime:
      return tell_daytime(arguments, until);
    case command::time_protocol:
      return tell_time(arguments, until);
  }
  return {wrong_usage, "no such command"};
}

int finish(ending ending, bool quiet) {
  if (ending.status == answered) {
    if (!ending.line.empty()) std::cout << ending.line << "\n";
    std::cout.flush();
    if (std::cout) return answered;
    ending = {no_reply, "the answer could not be written"};
  }
  if (!quiet) std::cerr << "polyclock: " << ending.line << "\n";
  return ending.status;
}

int run(int count, char** words) {
  const auto parsed = parse_arguments(count, words);
  if (const auto* wrong = std::get_if<usage_error>(&parsed)) {
    return finish({wrong_usage, wrong->why + ", see --help"}, wrong->quiet);
  }
  const auto& arguments = std::get<polyclock::arguments>(parsed);
  if (arguments.help) return print_help(std::cout), finish({answered, {}}, false);
  if (arguments.version) return finish({answered, "polyclock " POLYCLOCK_VERSION}, false);
  return finish(run(arguments), arguments.quiet);
}

}  // namespace
}  // namespace polyclock

int main(int count, char** words) {
  try {
    return polyclock::run(count, words);
  } catch (const std::exception& failure) {
    std::cerr << "polyclock: " << failure.what() << "\n";
    return polyclock::no_server;
  }
}
