// The numbers every DT packet is made of; shared by the classic and the extended codecs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace polyclock::protocol {

inline constexpr std::uint16_t dt_magic = 0x497E;
inline constexpr std::uint16_t dt_port = 18814;      // the magic number, in decimal
inline constexpr std::uint16_t dt_tls_port = 18843;  // of servers that speak TLS

enum class packet_type : std::uint16_t {
  classic_request = 1,
  classic_response = 2,
  query = 3,
  answer = 4,
  error = 5,
  list_request = 6,
  list_page = 7,
  watch = 10,
  unwatch = 11,
};

inline constexpr std::size_t request_size_max = 1024;
inline constexpr std::size_t reply_size_max = 4096;

// What a decoder found at the front of its input.
enum class decode_status : std::uint8_t {
  complete = 1,  // one whole packet
  need_more,     // a proper prefix of one
  malformed,     // no packet begins like this
};

struct decoded {
  decode_status status;
  std::size_t size;  // bytes of the packet, where complete
};

// What a client asks for; the values are those on the wire, in classic packets too.
enum class subject : std::uint16_t { date = 1, time = 2, both = 3 };

}  // namespace polyclock::protocol
