// Frames and decodes whatever a DT client sends, classic or extended; the daemon's DT service uses
// it on streams and datagrams alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "protocol/classic.hpp"
#include "protocol/error.hpp"
#include "protocol/listing.hpp"
#include "protocol/packet.hpp"
#include "protocol/query.hpp"
#include "protocol/watch.hpp"

namespace polyclock::protocol {

// A request that gets an error for an answer. Where the next request begins is known only if the
// decoder called this one complete.
struct fault {
  std::uint32_t id = 0;
  error_code code = error_code::malformed;
  std::string_view sentence;  // a literal
};

using dt_request =
    std::variant<query, list_request, watch_request, unwatch_request, classic_request, fault>;

// Reads one request from the front of a byte stream. Where the result is complete or malformed,
// `request` holds what to answer; after malformed the stream cannot be read on. Extended packets
// carry `dt_magic`, classic ones `classic_magic`.
decoded decode_dt_request(std::span<const std::byte> in, std::uint16_t classic_magic,
                          dt_request& request) noexcept;

// Size of the whole query packet, with a header in order, at the front of a byte stream; 0 where
// there is none. Its fields are not looked at.
[[nodiscard]] std::size_t query_packet_size(std::span<const std::byte> in) noexcept;

}  // namespace polyclock::protocol
