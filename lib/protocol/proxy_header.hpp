// The header with which a proxy begins a connection that it passes on, of version 1 or 2 of the PROXY protocol (HAProxy,
// doc/proxy-protocol.txt, 2020/03/05): it tells who the proxy's own client is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/packet.hpp"
#include "protocol/service.hpp"

namespace polyclock::protocol {

struct proxy_header {
  decode_status status = decode_status::malformed;
  // Of the whole header, where complete: what of it has not been decoded is to be skipped, at most 65,551 bytes. Of as
  // much as is needed next, where more is: never beyond its end.
  std::size_t size = 0;
  // The client's, where complete; of size 0 where the connection is the proxy's own, or no TCP connection.
  peer_address source = {};
  std::uint16_t port = 0;
};

// The bytes that `decode_proxy_header` needs at most.
inline constexpr std::size_t proxy_header_decoded_max = 107;

// A header is at the front of a connection's input. To be called again with all bytes so far whenever as many have come
// as the last call said, first with none.
[[nodiscard]] proxy_header decode_proxy_header(std::span<const std::byte> in) noexcept;

}  // namespace polyclock::protocol
