#include "client/reply_stream.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "protocol/packet.hpp"

namespace polyclock::client {

outcome<reply_stream> reply_stream::open(std::span<const server_address> servers,
                                         std::span<const std::byte> request,
                                         const reply_check& check, deadline until) {
  auto won = race(servers, {request, check}, until);
  if (!won) return won.error();
  won->opened.keep_alive();
  return reply_stream(std::move(*won));
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
      return failure{failure_kind::malformed, result.message};
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
