#include "client/reply_stream.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "client/attempts.hpp"
#include "protocol/packet.hpp"

namespace polyclock::client {

outcome<reply_stream> reply_stream::open(std::span<const server_address> servers,
                                         std::span<const std::byte> request,
                                         const reply_check& check, deadline until) {
  return try_servers(servers, until, [&](const server_address& server, deadline share) {
    return open(server, request, check, share);
  });
}

outcome<reply_stream> reply_stream::open(const server_address& server,
                                         std::span<const std::byte> request,
                                         const reply_check& check, deadline until) {
  auto addresses = resolve(server, until);
  if (!addresses) return addresses.error();
  failure last{failure_kind::unreachable, "no address found"};
  for (std::size_t remaining = addresses->size(); remaining > 0; --remaining) {
    const deadline share = share_of_time(until, remaining);
    auto opened =
        connection::open((*addresses)[addresses->size() - remaining], server.transport, share);
    const auto failed = opened ? opened->send(request, share) : opened.error();
    if (failed) {
      last = *failed;
      continue;
    }
    opened->keep_alive();
    reply_stream stream(std::move(*opened), server.name());
    auto first = stream.next(check, share, -1);
    if (first && *first) {
      stream.bytes_.insert(stream.bytes_.begin(), (*first)->bytes.begin(), (*first)->bytes.end());
      return stream;
    }
    last = first ? failure{failure_kind::unreachable, "timed out while waiting for the reply"}
                 : first.error();
  }
  return last;
}

outcome<std::optional<received_reply>> reply_stream::next(const reply_check& check, deadline until,
                                                          int output) {
  while (true) {
    auto whole = take(check);
    if (!whole || *whole) return whole;
    if (!connection_.wait_for_input(until, output)) return std::optional<received_reply>();
    std::array<std::byte, protocol::reply_size_max> space;
    const auto size = connection_.receive(space, until);
    if (!size) return size.error();
    if (*size == 0) return failure{failure_kind::unreachable, "connection closed"};
    bytes_.insert(bytes_.end(), space.begin(), std::next(space.begin(), static_cast<long>(*size)));
  }
}

outcome<std::optional<received_reply>> reply_stream::take(const reply_check& check) {
  if (bytes_.empty()) return std::optional<received_reply>();
  const check_result result = check(bytes_, false);
  switch (result.status) {
    case protocol::decode_status::need_more:
      return std::optional<received_reply>();
    case protocol::decode_status::malformed:
      return failure{failure_kind::malformed, std::string(result.message)};
    case protocol::decode_status::complete:
      break;
  }
  const auto now = std::chrono::system_clock::now();
  const auto end = std::next(bytes_.begin(), static_cast<long>(result.size));
  received_reply whole{{bytes_.begin(), end}, server_, now, now};
  bytes_.erase(bytes_.begin(), end);
  return std::optional<received_reply>(std::move(whole));
}

}  // namespace polyclock::client
