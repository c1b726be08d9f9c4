#include "client/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "client/attempts.hpp"
#include "client/connection.hpp"

namespace polyclock::client {
namespace {

using protocol::decode_status;
using std::chrono::steady_clock;

failure malformed(std::string message) {
  return {failure_kind::malformed, std::move(message)};
}

using reply_bytes = std::vector<std::byte>;

outcome<reply_bytes> read_stream(connection& connection, const reply_check& check, deadline until) {
  reply_bytes bytes(protocol::reply_size_max);
  std::size_t size = 0;
  while (true) {
    auto count = connection.receive(std::span(bytes).subspan(size), until);
    const bool is_late = !count && size > 0 && steady_clock::now() >= until;
    if (!count && !is_late) return count.error();
    const bool ended = is_late || *count == 0;
    size += is_late ? 0 : *count;
    const check_result result = check(std::span<const std::byte>(bytes).first(size), ended);
    if (result.status == decode_status::complete) {
      bytes.resize(result.size);
      return bytes;
    }
    if (is_late) return count.error();
    if (ended && size == 0) return malformed("connection closed without a reply");
    if (ended && result.status == decode_status::need_more) {
      return malformed("connection closed before the end of the reply");
    }
    const bool full = result.status == decode_status::need_more && size == bytes.size();
    if (result.status == decode_status::malformed || full) {
      return malformed(std::string(result.message));
    }
  }
}

outcome<reply_bytes> read_datagram(connection& connection, const reply_check& check,
                                   deadline until) {
  reply_bytes bytes(protocol::reply_size_max + 1);
  const auto size = connection.receive(bytes, until);
  if (!size) return size.error();
  if (*size > protocol::reply_size_max) return malformed("reply too long");
  bytes.resize(*size);
  const check_result result = check(bytes, true);
  const bool is_complete = result.status == decode_status::complete && result.size == *size;
  if (is_complete) return bytes;
  return malformed(result.status == decode_status::need_more ? "truncated reply"
                                                             : std::string(result.message));
}

// The first valid datagram; if there is none, the failure of the last invalid one, or a timeout.
outcome<reply_bytes> receive_valid_datagram(connection& connection, const reply_check& check,
                                            deadline until) {
  std::optional<failure> last;
  while (true) {
    auto reply = read_datagram(connection, check, until);
    const bool is_invalid = !reply && reply.error().kind == failure_kind::malformed;
    if (!is_invalid) return reply || !last ? reply : *last;
    last = reply.error();
  }
}

// Datagrams can be lost: without a reply within a second the request is sent again.
outcome<reply_bytes> exchange_datagram(connection& connection, std::span<const std::byte> request,
                                       const reply_check& check, deadline until) {
  constexpr auto retry_interval = std::chrono::seconds(1);
  while (true) {
    if (auto failed = connection.send(request, until)) return *failed;
    const deadline next = std::min(until, steady_clock::now() + retry_interval);
    auto reply = receive_valid_datagram(connection, check, next);
    const bool timed_out = !reply && steady_clock::now() >= next;
    if (!timed_out || next == until) return reply;
  }
}

outcome<reply_bytes> exchange_on_stream(connection& connection, std::span<const std::byte> request,
                                        const reply_check& check, deadline until) {
  if (auto failed = connection.send(request, until)) return *failed;
  return read_stream(connection, check, until);
}

outcome<received_reply> exchange_with_address(const socket_address& address, transport transport,
                                              std::span<const std::byte> request,
                                              const reply_check& check, deadline until) {
  auto opened = connection::open(address, transport, until);
  if (!opened) return opened.error();
  const host_time sent = std::chrono::system_clock::now();
  auto bytes = transport == transport::datagram
                   ? exchange_datagram(*opened, request, check, until)
                   : exchange_on_stream(*opened, request, check, until);
  if (!bytes) return bytes.error();
  return received_reply{std::move(*bytes), {}, sent, std::chrono::system_clock::now()};
}

outcome<received_reply> exchange_with_server(const server_address& server,
                                             std::span<const std::byte> request,
                                             const reply_check& check, deadline until) {
  auto addresses = resolve(server, until);
  if (!addresses) return addresses.error();
  failure last{failure_kind::unreachable, "no address found"};
  for (std::size_t remaining = addresses->size(); remaining > 0; --remaining) {
    const socket_address& address = (*addresses)[addresses->size() - remaining];
    auto reply = exchange_with_address(address, server.transport, request, check,
                                       share_of_time(until, remaining));
    if (reply) return reply;
    last = reply.error();
  }
  return last;
}

}  // namespace

outcome<received_reply> exchange(std::span<const server_address> servers,
                                 std::span<const std::byte> request, const reply_check& check,
                                 deadline until) {
  return try_servers(servers, until, [&](const server_address& server, deadline share) {
    auto reply = exchange_with_server(server, request, check, share);
    if (reply) reply->server = server.name();
    return reply;
  });
}

}  // namespace polyclock::client
