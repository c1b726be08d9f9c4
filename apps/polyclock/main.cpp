// polyclock: the command line becomes one request, the request one exchange, its reply one line.

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <iostream>
#include <random>
#include <string>
#include <variant>

#include "arguments.hpp"
#include "client/exchange.hpp"
#include "json.hpp"
#include "protocol/classic.hpp"
#include "protocol/dt_reply.hpp"
#include "protocol/query.hpp"

namespace polyclock {
namespace {

using protocol::decode_status;
using request_bytes = std::array<std::byte, protocol::request_size_max>;

enum exit_status { answered = 0, server_error = 1, wrong_usage = 2, no_server = 3, no_reply = 4 };

// The end of the program: what to print where.
struct ending {
  exit_status status;
  std::string line;  // the answer on stdout, anything else on stderr
};

ending malformed(const std::string& server, std::string_view why) {
  return {no_reply, server + ": " + std::string(why)};
}

ending refused(const std::string& server, const protocol::error& error) {
  return {server_error, server + ": " + std::string(error.message)};
}

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
  query.instant = arguments.at;
  query.ascii = arguments.ascii;
  return query;
}

protocol::decoded frame_extended(std::span<const std::byte> in) {
  protocol::dt_reply reply;
  return decode_dt_reply(in, reply);
}

// A classic response, or the error packet that a server sends instead.
protocol::decoded frame_classic(std::span<const std::byte> in) {
  constexpr std::byte error_type{5};
  if (in.size() >= 4 && in[3] == error_type) return frame_extended(in);
  const std::size_t size = protocol::classic_response_size(in);
  if (size == 0 || in.size() < size) return {decode_status::need_more, 0};
  return {decode_status::complete, size};
}

ending tell(const arguments& arguments, const client::received& received, std::uint32_t id) {
  protocol::dt_reply reply;
  static_cast<void>(decode_dt_reply(received.bytes, reply));  // the exchange has found it valid
  if (const auto* error = std::get_if<protocol::error>(&reply)) {
    if (error->id == id || error->id == 0) return refused(received.server, *error);
  } else if (const auto& answer = std::get<protocol::answer>(reply); answer.id == id) {
    return {answered, arguments.json ? to_json(answer, received.server) : std::string(answer.text)};
  }
  return malformed(received.server, "the reply is to another request");
}

ending tell_classic(const arguments& arguments, const client::received& received) {
  protocol::dt_reply instead;
  if (decode_dt_reply(received.bytes, instead).status == decode_status::complete) {
    if (const auto* error = std::get_if<protocol::error>(&instead)) {
      return refused(received.server, *error);
    }
  }
  protocol::classic_response response{};
  const auto check = decode_classic_response(received.bytes, protocol::dt_magic, response);
  if (check != protocol::classic_check::valid) return malformed(received.server, describe(check));
  return {answered,
          arguments.json ? to_json(response, received.server) : std::string(response.text)};
}

ending ask(const arguments& arguments) {
  request_bytes buffer;
  const protocol::query query = to_query(arguments);
  const std::size_t size =
      arguments.classic
          ? encode(protocol::classic_request{protocol::dt_magic, arguments.what}, buffer)
          : encode(query, buffer);
  if (size == 0) return {wrong_usage, "the request exceeds 1024 bytes"};
  auto reply = client::exchange(arguments.servers, std::span(buffer).first(size),
                                arguments.classic ? frame_classic : frame_extended,
                                std::chrono::steady_clock::now() + arguments.timeout);
  if (!reply) {
    const bool unreachable = reply.error().kind == client::failure_kind::unreachable;
    return {unreachable ? no_server : no_reply, reply.error().why};
  }
  return arguments.classic ? tell_classic(arguments, *reply) : tell(arguments, *reply, query.id);
}

int finish(ending ending, bool quiet) {
  if (ending.status == answered) {
    std::cout << ending.line << std::endl;
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
  if (arguments.help) return print_help(std::cout), answered;
  if (arguments.version) return std::cout << "polyclock " POLYCLOCK_VERSION "\n", answered;
  return finish(ask(arguments), arguments.quiet);
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
