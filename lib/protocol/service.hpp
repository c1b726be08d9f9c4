// What a protocol's server side has to offer, on streams and on datagrams: the seam between net, which owns
// sockets, and service, which knows what requests mean.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/packet.hpp"

namespace polyclock::protocol {

enum class next_step : std::uint8_t { keep_open = 1, close };

// What a reply took to make: nothing where it was known, microseconds where a text was written, up to a
// millisecond where a language or style had to be looked up first.
enum class effort : std::uint8_t { none = 1, writing, lesson };

struct replied {
  std::size_t size;  // bytes written, 0 where the request gets no reply
  next_step next;
  effort took = effort::none;
};

// A service reads its clock in `observe_time` alone; all that it answers until the next call has that
// time. `decode` reads one request from the front of the input; `reply` writes its reply to `out`, which
// has room for `reply_size_max` bytes. After `malformed` the request holds what to answer before
// closing. There is one request object for each conversation: what a peer has chosen for its later
// requests is kept there.
template <typename Service>
concept stream_service = requires(Service& service, typename Service::request& request,
                                  std::span<const std::byte> in, std::span<std::byte> out) {
  { Service::request_size_max } -> std::convertible_to<std::size_t>;
  { Service::reply_size_max } -> std::convertible_to<std::size_t>;
  { service.observe_time() }
  noexcept;
  { service.decode(in, request) }
  noexcept->std::same_as<decoded>;
  { service.reply(request, out) }
  noexcept->std::same_as<replied>;
};

// A protocol whose requests may lack their end: where the peer has sent nothing for `pause_length`,
// or nothing more at all, `decode_paused` takes what has arrived for a request.
template <typename Service>
concept pausing_service = stream_service<Service> &&
    requires(Service& service, typename Service::request& request, std::span<const std::byte> in) {
  { Service::pause_length } -> std::convertible_to<std::chrono::milliseconds>;
  { service.decode_paused(in, request) }
  noexcept->std::same_as<decoded>;
};

// Requests are received whole up to this size, and no reply is longer. It fits the smallest packet
// that IPv6 carries unfragmented (1,280 bytes, RFC 8200).
inline constexpr std::size_t datagram_size_max = 1024;

// Answers one datagram; returns the size of the reply in `out`, which has room for
// `datagram_size_max` bytes, or 0 where there is none.
template <typename Service>
concept datagram_service = requires(Service& service, std::span<const std::byte> in,
                                    std::span<std::byte> out) {
  { service.observe_time() }
  noexcept;
  { service.answer_datagram(in, out) }
  noexcept->std::same_as<std::size_t>;
};

}  // namespace polyclock::protocol
