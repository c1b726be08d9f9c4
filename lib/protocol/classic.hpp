// The classic DT packets, a published classroom protocol: a 6-byte request and a response of 13
// bytes and a text. Used by the daemon's DT service and by the client's --classic.
//
//   request   0-1 magic   2-3 type 1   4-5 date (1) or time (2)
//   response  0-1 magic   2-3 type 2   4-5 language   6-7 year   8 month   9 day   10 hour   11
//   minute
//             12 length of the text    13... text, UTF-8
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/packet.hpp"

namespace polyclock::protocol {

inline constexpr std::size_t classic_request_size = 6;
inline constexpr std::size_t classic_header_size = 13;
inline constexpr std::size_t classic_text_size_max = 255;
inline constexpr std::uint16_t classic_year_end = 2100;  // clients refuse this year and later ones

enum class classic_language : std::uint16_t { english = 1, maori = 2, german = 3 };

struct classic_request {
  std::uint16_t magic;
  subject what;  // date or time, never both
};

struct classic_response {
  std::uint16_t magic;
  classic_language language;
  std::uint16_t year;
  std::uint8_t month;   // 1-12
  std::uint8_t day;     // 1-31
  std::uint8_t hour;    // 0-23
  std::uint8_t minute;  // 0-59
  std::string_view text;
};

// The first rule that a response breaks, in the order in which clients check them.
enum class classic_check : std::uint8_t {
  valid = 1,
  too_short,
  wrong_magic,
  wrong_type,
  wrong_language,
  wrong_year,
  wrong_field,
  wrong_length,
  wrong_text,
};

// Bytes written to `out`, or 0 where they do not fit or, for a response, the text exceeds 255
// bytes.
std::size_t encode(const classic_request& request, std::span<std::byte> out) noexcept;
std::size_t encode(const classic_response& response, std::span<std::byte> out) noexcept;

// Reads one request from the front of a byte stream.
decoded decode_classic_request(std::span<const std::byte> in, std::uint16_t magic,
                               classic_request& request) noexcept;

// Checks one whole response, the length of `packet` included; the text stays a view into it.
classic_check decode_classic_response(std::span<const std::byte> packet, std::uint16_t magic,
                                      classic_response& response) noexcept;

// Size of the response that begins with these bytes; 0 until the length byte has arrived.
std::size_t classic_response_size(std::span<const std::byte> in) noexcept;

[[nodiscard]] std::string_view describe(classic_check check) noexcept;

}  // namespace polyclock::protocol
