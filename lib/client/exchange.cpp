#include "client/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "client/connection.hpp"

namespace polyclock::client {
namespace {

using protocol::decode_status;
using std::chrono::steady_clock;

failure malformed(std::string why) {
  return {failure_kind::malformed, std::move(why)};
}

// An equal share of the time left for each of the candidates left.
deadline share(deadline until, std::size_t candidates) {
  const auto now = steady_clock::now();
  return now + (until - now) / static_cast<steady_clock::rep>(candidates);
}

using reply_bytes = std::vector<std::byte>;

outcome<reply_bytes> read_stream(connection& connection, const reply_judge& judge, deadline until) {
  reply_bytes bytes(protocol::reply_size_max);
  std::size_t size = 0;
  while (true) {
    auto count = connection.receive(std::span(bytes).subspan(size), until);
    if (!count) return count.error();
    const bool ended = *count == 0;
    size += *count;
    const judgement result = judge(std::span<const std::byte>(bytes).first(size), ended);
    if (result.status == decode_status::complete) {
      bytes.resize(result.size);
      return bytes;
    }
    if (ended && size == 0) return malformed("closed early, without a reply");
    if (ended && result.status == decode_status::need_more) {
      return malformed("closed early, within the reply");
    }
    const bool full = result.status == decode_status::need_more && size == bytes.size();
    if (result.status == decode_status::malformed || full) {
      return malformed(std::string(result.why));
    }
  }
}

outcome<reply_bytes> read_datagram(connection& connection, const reply_judge& judge,
                                   deadline until) {
  reply_bytes bytes(protocol::reply_size_max + 1);
  const auto size = connection.receive(bytes, until);
  if (!size) return size.error();
  if (*size > protocol::reply_size_max) return malformed("the reply is too long");
  bytes.resize(*size);
  const judgement result = judge(bytes, true);
  const bool whole = result.status == decode_status::complete && result.size == *size;
  if (whole) return bytes;
  return malformed(result.status == decode_status::need_more ? "the reply is cut short"
                                                             : std::string(result.why));
}

// The first valid datagram that comes; else what was wrong with the last one, or that none came.
outcome<reply_bytes> await_datagram(connection& connection, const reply_judge& judge,
                                    deadline until) {
  std::optional<failure> wrong;
  while (true) {
    auto reply = read_datagram(connection, judge, until);
    const bool is_wrong = !reply && reply.error().kind == failure_kind::malformed;
    if (!is_wrong) return reply || !wrong ? reply : *wrong;
    wrong = reply.error();
  }
}

// Datagrams get lost: one that brings no reply within a second is sent again.
outcome<reply_bytes> ask_by_datagram(connection& connection, std::span<const std::byte> request,
                                     const reply_judge& judge, deadline until) {
  constexpr auto patience = std::chrono::seconds(1);
  while (true) {
    if (auto failed = connection.send(request, until)) return *failed;
    const deadline next = std::min(until, steady_clock::now() + patience);
    auto reply = await_datagram(connection, judge, next);
    const bool late = !reply && steady_clock::now() >= next;
    if (!late || next == until) return reply;
  }
}

outcome<reply_bytes> ask_by_stream(connection& connection, std::span<const std::byte> request,
                                   const reply_judge& judge, deadline until) {
  if (auto failed = connection.send(request, until)) return *failed;
  return read_stream(connection, judge, until);
}

outcome<received> ask_address(const socket_address& address, transport transport,
                              std::span<const std::byte> request, const reply_judge& judge,
                              deadline until) {
  auto opened = connection::open(address, transport, until);
  if (!opened) return opened.error();
  const host_time sent = std::chrono::system_clock::now();
  auto bytes = transport == transport::datagram ? ask_by_datagram(*opened, request, judge, until)
                                                : ask_by_stream(*opened, request, judge, until);
  if (!bytes) return bytes.error();
  return received{std::move(*bytes), {}, sent, std::chrono::system_clock::now()};
}

outcome<received> ask_server(const server_address& server, std::span<const std::byte> request,
                             const reply_judge& judge, deadline until) {
  auto addresses = resolve(server, until);
  if (!addresses) return addresses.error();
  failure last{failure_kind::unreachable, "has no address"};
  for (std::size_t left = addresses->size(); left > 0; --left) {
    const socket_address& address = (*addresses)[addresses->size() - left];
    auto reply = ask_address(address, server.transport, request, judge, share(until, left));
    if (reply) return reply;
    last = reply.error();
  }
  return last;
}

}  // namespace

outcome<received> exchange(std::span<const server_address> servers,
                           std::span<const std::byte> request, const reply_judge& judge,
                           deadline until) {
  failure all{failure_kind::unreachable, {}};
  for (; !servers.empty(); servers = servers.subspan(1)) {
    const server_address& server = servers.front();
    auto reply = ask_server(server, request, judge, share(until, servers.size()));
    if (reply) {
      reply->server = server.name();
      return reply;
    }
    if (reply.error().kind == failure_kind::malformed) all.kind = failure_kind::malformed;
    all.why += (all.why.empty() ? "" : "; ") + server.name() + ": " + reply.error().why;
  }
  return all;
}

}  // namespace polyclock::client
