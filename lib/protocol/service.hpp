// The server side of a protocol, for streams and for datagrams: the seam between net, which owns sockets, and
// service, which knows what requests mean.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "protocol/packet.hpp"

namespace polyclock::protocol {

// Cost of a reply: it was cached; one text was written (some µs, at most 0.1 ms); data was loaded or many texts
// were written (at most 2 ms).
enum class cost : std::uint8_t { cached = 1, rendered, loaded };

enum class input_state : std::uint8_t {
  open = 1,
  paused,  // the peer has sent nothing for the `pause_length` of its service
  ended,   // the peer will send no more
};

struct step_input {
  std::span<const std::byte> bytes;  // received and not consumed yet
  input_state state = input_state::open;
  cost cost_max = cost::loaded;  // the step may not cost more
};

// What a service wants before its next step for the same peer.
enum class wanted : std::uint8_t {
  input = 1,  // the next request: the rest of the input, if there is any, else new bytes
  room,       // room for the rest of its reply
  time,       // leave to cost `took`, which is more than `cost_max`; this step did nothing
  end,        // nothing: this was the last step
};

// Errors that a service replies are numbered from 1; at least all of `error_code` fit.
inline constexpr std::size_t error_numbers = 16;

// By default nothing was done, and more input is wanted.
struct step {
  std::size_t consumed = 0;
  std::size_t produced = 0;
  wanted next = wanted::input;
  cost took = cost::cached;
  bool malformed = false;  // with `end`: no request begins like this, which is counted
  std::uint8_t error =
      0;  // the number of the error that the reply is, below `error_numbers`; 0: none
  // Sent after the produced bytes, without being copied. They stay as they are until the next step of
  // this peer, which comes when they have been sent.
  std::span<const std::byte> body = {};
  // With `input`: the next step comes after this time too, without input. Such a peer is a subscriber: it may be idle
  // for as long as it likes, and its input ends with a drain.
  std::optional<std::chrono::nanoseconds> wake_after = {};
  bool is_push = false;  // what is sent is no reply to a request
  // Of a push that is an event: how long ago it began to be true.
  std::optional<std::chrono::nanoseconds> event_lateness = {};
};

// A service advances one peer by one step: it consumes at most one request from the front of the input
// and writes its reply, or a part of it, to `out`, which has room for `reply_size_max` bytes. The first
// step comes when the peer connects, without input. What a peer has chosen for later requests is in its
// `peer` object. `request_size_max` counts every byte of a request, its terminator included: a service that
// gets so many bytes and consumes none must return `wanted::end`. Once the input has ended and is consumed,
// the connection ends by itself. `observe_time` reads the clock for all steps until it is called again;
// it is empty where a service needs no clock.
template <typename Service>
concept stream_service = requires(Service& service, typename Service::peer& peer,
                                  const step_input& in, std::span<std::byte> out) {
  { Service::request_size_max } -> std::convertible_to<std::size_t>;
  { Service::reply_size_max } -> std::convertible_to<std::size_t>;
  { service.observe_time() }
  noexcept;
  { service.advance(peer, in, out) }
  noexcept->std::same_as<step>;
};

// The address of a peer, as its connection came.
struct peer_address {
  std::array<unsigned char, 16> bytes{};
  std::uint8_t size = 0;  // 4: IPv4, 16: IPv6, 0: a Unix socket
};

// A protocol that tells peers by their addresses: its `peer` object is made of one.
template <typename Service>
concept addressed_service =
    stream_service<Service> && std::constructible_from<typename Service::peer, const peer_address&>;

// A protocol whose bodies belong to the `peer` object, which frees them as soon as they have been sent.
template <typename Service>
concept body_owning_service = stream_service<Service> && requires(typename Service::peer& peer) {
  { peer.release_body() }
  noexcept;
};

// Bytes that most requests of a protocol fit into, and most replies: `usual_size_max`, where it says so. Each
// connection has so much room of its own.
template <stream_service Service>
[[nodiscard]] consteval std::size_t usual_size_max() noexcept {
  if constexpr (requires { Service::usual_size_max; }) {
    return Service::usual_size_max;
  } else {
    return 256;
  }
}

// A protocol whose requests may lack their end: where the peer sends nothing for `pause_length`, the
// service gets a step with paused input.
template <typename Service>
concept pausing_service = stream_service<Service> && requires {
  { Service::pause_length } -> std::convertible_to<std::chrono::milliseconds>;
};

// Requests are received whole up to this size, and no reply is longer. It fits the smallest packet
// that IPv6 carries unfragmented (1,280 bytes, RFC 8200).
inline constexpr std::size_t datagram_size_max = 1024;

// What became of one datagram.
struct datagram_step {
  std::size_t produced = 0;  // bytes of the reply, 0: none
  cost took = cost::cached;
  bool wants_time =
      false;  // leave to cost `took`, which is more than `cost_max`; this step did nothing
  std::uint8_t error = 0;  // as above
};

// Answers one datagram to `out`, which has room for `datagram_size_max` bytes.
template <typename Service>
concept datagram_service = requires(Service& service, std::span<const std::byte> in, cost cost_max,
                                    std::span<std::byte> out) {
  { service.observe_time() }
  noexcept;
  { service.advance_datagram(in, cost_max, out) }
  noexcept->std::same_as<datagram_step>;
};

}  // namespace polyclock::protocol
