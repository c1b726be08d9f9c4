#include "client/exchange.hpp"

#include <chrono>

#include "client/connection.hpp"

namespace polyclock::client {
namespace {

using std::chrono::steady_clock;

failure malformed(std::string why) {
  return {failure_kind::malformed, std::move(why)};
}

// An equal share of the time left for each of the candidates left.
deadline share(deadline until, std::size_t candidates) {
  const auto now = steady_clock::now();
  return now + (until - now) / static_cast<steady_clock::rep>(candidates);
}

outcome<std::vector<std::byte>> read_reply(connection& connection, const reply_judge& judge,
                                           deadline until) {
  std::vector<std::byte> bytes(protocol::reply_size_max);
  std::size_t size = 0;
  while (true) {
    auto count = connection.receive(std::span(bytes).subspan(size), until);
    if (!count) return count.error();
    if (*count == 0) {
      return malformed(size == 0 ? "closed early, without a reply"
                                 : "closed early, within the reply");
    }
    size += *count;
    const judgement result = judge(std::span<const std::byte>(bytes).first(size));
    const bool full = result.status == protocol::decode_status::need_more && size == bytes.size();
    if (result.status == protocol::decode_status::malformed || full) {
      return malformed(std::string(result.why));
    }
    if (result.status == protocol::decode_status::complete) {
      bytes.resize(result.size);
      return bytes;
    }
  }
}

outcome<received> ask_address(const socket_address& address, std::span<const std::byte> request,
                              const reply_judge& judge, deadline until) {
  auto opened = connection::open(address, until);
  if (!opened) return opened.error();
  const host_time sent = std::chrono::system_clock::now();
  if (auto failed = opened->send(request, until)) return *failed;
  auto bytes = read_reply(*opened, judge, until);
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
    auto reply = ask_address(address, request, judge, share(until, left));
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
