// DT requests and replies over a test's socket.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/dt_reply.hpp"
#include "protocol/query.hpp"
#include "support/bytes.hpp"
#include "support/encoded.hpp"
#include "support/socket.hpp"

namespace polyclock::test {

inline const bytes classic_date = from_hex("497e 0001 0001");

// A query for a date that cannot change while the test runs.
inline bytes query_packet(std::uint32_t id) {
  protocol::query query;
  query.id = id;
  query.what = protocol::subject::date;
  query.style = "iso";
  query.instant = {0, 0};
  return encoded(query);
}

// One whole reply packet; shorter where the stream ends first.
inline bytes receive_reply(client_socket& socket) {
  bytes header = socket.receive(12);
  if (header.size() < 12) return header;
  const auto length = number_at(header, 6, 2);
  return std::move(header) + socket.receive(length - 12);
}

inline std::uint32_t id_of(const bytes& reply) {
  return reply.size() < 12 ? 0 : static_cast<std::uint32_t>(number_at(reply, 8, 4));
}

// `answer`, or the error's name.
inline std::string kind_of(const bytes& packet) {
  protocol::dt_reply reply;
  if (decode_dt_reply(packet, reply).status != protocol::decode_status::complete) return "none";
  if (const auto* error = std::get_if<protocol::error>(&reply)) {
    return std::string(name_of(error->code));
  }
  return "answer";
}

}  // namespace polyclock::test
