// Sends one request to the servers in turn and takes the first valid reply.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "arguments.hpp"
#include "client/exchange.hpp"
#include "protocol/classic.hpp"
#include "protocol/dt_reply.hpp"
#include "protocol/listing.hpp"
#include "protocol/packet.hpp"
#include "protocol/query.hpp"
#include "reply_check.hpp"
#include "result.hpp"

namespace polyclock {

using client::deadline;

// An identifier that no other request of the last seconds has.
[[nodiscard]] std::uint32_t random_id();

// How the program ends where no server sent a valid reply.
[[nodiscard]] result to_result(const client::failure& failure);

// Whether one of the servers is asked by UDP.
[[nodiscard]] bool uses_datagrams(const arguments& arguments);

// Extended requests over UDP are padded to the maximum size of the reply.
template <typename Request>
client::outcome<client::received_reply> send(const arguments& arguments, const Request& request,
                                             const client::reply_check& check, deadline until) {
  std::array<std::byte, protocol::request_size_max> buffer;
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

// The packet of the expected type, or the result for any other reply. Its views point into
// `received`.
template <typename Packet>
std::variant<Packet, result> expect(const client::received_reply& received) {
  protocol::dt_reply reply;
  static_cast<void>(decode_dt_reply(received.bytes, reply));  // already checked
  if (const auto* packet = std::get_if<Packet>(&reply)) return *packet;
  if (const auto* error = std::get_if<protocol::error>(&reply)) {
    return result{
        server_error, received.server + ": " + std::string(error->message), {}, error->code};
  }
  return result{invalid_reply, received.server + ": unexpected type of reply"};
}

// A reply's packet; its views point into `received`.
template <typename Packet>
struct reply {
  client::received_reply received;
  Packet packet;
};

[[nodiscard]] inline client::reply_check check_reply_to(const protocol::query& query) {
  return check_answer(query);
}
[[nodiscard]] inline client::reply_check check_reply_to(const protocol::list_request& request) {
  return check_extended_reply(request.id);
}

// Sends an extended request. The reply of the expected type, or the result for whatever else came of it.
template <typename Packet, typename Request>
std::variant<reply<Packet>, result> ask(const arguments& arguments, const Request& request,
                                        deadline until) {
  auto received = send(arguments, request, check_reply_to(request), until);
  if (!received) return to_result(received.error());
  auto packet = expect<Packet>(*received);
  if (const auto* other = std::get_if<result>(&packet)) return *other;
  return reply<Packet>{std::move(*received), std::get<Packet>(packet)};
}

}  // namespace polyclock
