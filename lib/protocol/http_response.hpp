// The head of an HTTP/1.1 response (RFC 9110, RFC 9112).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bounded_text.hpp"
#include "protocol/http_request.hpp"

namespace polyclock::protocol {

// A body whose size is not known, in chunks or until the connection ends.
enum class http_stream : std::uint8_t { no = 0, chunks, until_end };

// Sent as they are; an empty one is left out.
struct http_response {
  http_status status = http_status::ok;
  std::string_view content_type;
  std::string_view content_language;
  std::string_view cache_control;
  std::string_view vary;
  std::string_view content_security_policy;
  std::optional<std::uint64_t> etag;  // a hash of the body
  std::string_view allow;
  bool allows_any_origin = true;
  bool is_preflight =
      false;  // of a browser, which asks what it may send (the Fetch standard, "CORS protocol")
  std::size_t body_size = 0;
  http_stream stream = http_stream::no;
  std::string_view connection;  // `close` or `keep-alive`
};

inline constexpr std::size_t http_response_head_size_max = 768;

// `date`: seconds since 1970. Returns the bytes written, 0 where they do not fit.
[[nodiscard]] std::size_t encode(const http_response& response, std::int64_t date,
                                 std::span<std::byte> out) noexcept;

// `1a3` and a line feed, before a chunk of that size (RFC 9112, 7.1).
using http_chunk_head = base::bounded_text<20>;
[[nodiscard]] http_chunk_head chunk_head_of(std::size_t size) noexcept;
inline constexpr std::string_view http_line_end = "\r\n";  // behind it
inline constexpr std::string_view http_last_chunk = "0\r\n\r\n";

[[nodiscard]] std::string_view reason_of(http_status status) noexcept;

// `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110, 5.6.7).
using http_date = base::bounded_text<32>;
[[nodiscard]] http_date http_date_of(std::int64_t seconds) noexcept;

// An entity tag with its quotes: 64 bits in hexadecimal.
using http_etag = base::bounded_text<20>;
[[nodiscard]] http_etag etag_of(std::uint64_t hash) noexcept;

// FNV-1a, 64 bits.
[[nodiscard]] std::uint64_t hash_of(std::string_view body) noexcept;

// Whether the list of a field If-None-Match names the tag; weak tags do too (RFC 9110, 13.1.2).
[[nodiscard]] bool matches_etag(std::string_view if_none_match, std::uint64_t hash) noexcept;

}  // namespace polyclock::protocol
