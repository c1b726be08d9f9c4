// The head of an HTTP/1.1 or 1.0 request (RFC 9112), read with Boost.Beast's parser and stricter rules: where two
// readers could understand a request differently, it is malformed. Requests have no body here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/packet.hpp"

namespace polyclock::protocol {

inline constexpr std::size_t http_head_size_max = 8192;
inline constexpr std::size_t http_fields_max = 64;

enum class http_status : std::uint16_t {
  ok = 200,
  not_modified = 304,
  bad_request = 400,
  not_found = 404,
  method_not_allowed = 405,
  content_too_large = 413,
  uri_too_long = 414,
  fields_too_large = 431,
  internal_error = 500,
  not_implemented = 501,
  unavailable = 503,
};

enum class http_method : std::uint8_t {
  get = 1,
  head,
  options,
  other,    // one that HTTP knows
  unknown,  // any other word
};

// Views point into the request's bytes; a field that is missing is empty.
struct http_request {
  http_method method = http_method::get;
  std::string_view target;  // as sent
  std::string_view accept;
  std::string_view accept_language;
  std::string_view if_none_match;
  bool is_1_0 = false;
  bool keeps_alive = true;
};

// What was found at the front of the input.
struct decoded_http {
  decode_status status = decode_status::need_more;
  std::size_t size = 0;                          // bytes of the head, where complete
  http_status fault = http_status::bad_request;  // where malformed
  std::string_view why = {};                     // likewise, a sentence
};

// Bytes of the head up to its empty line, which is included; 0 where that has not come yet.
[[nodiscard]] std::size_t http_head_size(std::span<const std::byte> in) noexcept;

[[nodiscard]] decoded_http decode_http_request(std::span<const std::byte> in,
                                               http_request& request) noexcept;

}  // namespace polyclock::protocol
