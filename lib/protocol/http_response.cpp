#include "protocol/http_response.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

#include "base/fnv1a.hpp"

namespace polyclock::protocol {
namespace {

using head_text = base::bounded_text<http_response_head_size_max>;

void put_field(head_text& head, std::string_view name, std::string_view value) {
  if (!value.empty()) head << name << ": " << value << "\r\n";
}

bool has_content_length(const http_response& response) {
  return response.status != http_status::not_modified && response.stream == http_stream::no;
}

}  // namespace

std::string_view reason_of(http_status status) noexcept {
  switch (status) {
    case http_status::ok:
      return "OK";
    case http_status::not_modified:
      return "Not Modified";
    case http_status::bad_request:
      return "Bad Request";
    case http_status::not_found:
      return "Not Found";
    case http_status::method_not_allowed:
      return "Method Not Allowed";
    case http_status::content_too_large:
      return "Content Too Large";
    case http_status::uri_too_long:
      return "URI Too Long";
    case http_status::fields_too_large:
      return "Request Header Fields Too Large";
    case http_status::internal_error:
      return "Internal Server Error";
    case http_status::not_implemented:
      return "Not Implemented";
    case http_status::unavailable:
      return "Service Unavailable";
  }
  return "";
}

http_date http_date_of(std::int64_t seconds) noexcept {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds instant{std::chrono::seconds(seconds)};
  const sys_days day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  const auto number = [](auto value) { return static_cast<std::uint32_t>(value); };
  http_date text;
  text << weekdays[weekday(day).c_encoding()] << ", ";
  text.number(static_cast<unsigned>(date.day()), 2)
      << " " << months[static_cast<unsigned>(date.month()) - 1] << " ";
  text.number(number(static_cast<int>(date.year())), 4) << " ";
  text.number(number(time.hours().count()), 2) << ":";
  text.number(number(time.minutes().count()), 2) << ":";
  text.number(number(time.seconds().count()), 2) << " GMT";
  return text;
}

http_etag etag_of(std::uint64_t hash) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  http_etag tag;
  tag << '"';
  for (int shift = 60; shift >= 0; shift -= 4) tag << digits[hash >> shift & 0xF];
  return tag << '"';
}

http_chunk_head chunk_head_of(std::size_t size) noexcept {
  std::array<char, 16> digits;
  const auto written = std::to_chars(digits.begin(), digits.end(), size, 16);
  http_chunk_head head;
  return head << std::string_view(digits.begin(), written.ptr) << http_line_end;
}

std::uint64_t hash_of(std::string_view body) noexcept {
  return base::fnv1a(body);
}

bool matches_etag(std::string_view if_none_match, std::uint64_t hash) noexcept {
  if (if_none_match == "*") return true;
  return if_none_match.find(etag_of(hash).view()) != std::string_view::npos;
}

std::size_t encode(const http_response& response, std::int64_t date,
                   std::span<std::byte> out) noexcept {
  head_text head;
  head << "HTTP/1.1 ";
  head.number(static_cast<std::uint32_t>(response.status))
      << " " << reason_of(response.status) << "\r\n";
  put_field(head, "Date", http_date_of(date).view());
  put_field(head, "Content-Type", response.content_type);
  if (has_content_length(response)) {
    head << "Content-Length: ";
    head.number(static_cast<std::uint32_t>(response.body_size)) << "\r\n";
  }
  if (response.stream == http_stream::chunks) put_field(head, "Transfer-Encoding", "chunked");
  // Proxies such as nginx keep a stream back until they have some kB of it.
  if (response.stream != http_stream::no) put_field(head, "X-Accel-Buffering", "no");
  put_field(head, "Content-Language", response.content_language);
  put_field(head, "Cache-Control", response.cache_control);
  if (response.etag) put_field(head, "ETag", etag_of(*response.etag).view());
  put_field(head, "Vary", response.vary);
  put_field(head, "Content-Security-Policy", response.content_security_policy);
  put_field(head, "Allow", response.allow);
  if (response.allows_any_origin) put_field(head, "Access-Control-Allow-Origin", "*");
  if (response.is_preflight) {
    put_field(head, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
    put_field(head, "Access-Control-Allow-Headers", "*");
    put_field(head, "Access-Control-Max-Age", "86400");
  }
  put_field(head, "X-Content-Type-Options", "nosniff");
  put_field(head, "Connection", response.connection);
  head << "\r\n";
  if (head.overflowed() || head.view().size() > out.size()) return 0;
  std::memcpy(out.data(), head.view().data(), head.view().size());
  return head.view().size();
}

}  // namespace polyclock::protocol
