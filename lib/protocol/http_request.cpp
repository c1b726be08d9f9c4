#include "protocol/http_request.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/ascii.hpp"

namespace polyclock::protocol {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

struct fault {
  http_status status;
  std::string_view why;
};

constexpr fault malformed_head{http_status::bad_request, "the request head is malformed"};
constexpr fault too_many_fields{http_status::fields_too_large, "the head has over 64 fields"};
constexpr fault head_too_large{http_status::fields_too_large,
                               "the request head is over 8192 bytes long"};
constexpr fault line_too_long{http_status::uri_too_long,
                              "the request line is over 8192 bytes long"};

http_method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return http_method::get;
    case http::verb::head:
      return http_method::head;
    case http::verb::options:
      return http_method::options;
    case http::verb::unknown:
      return http_method::unknown;
    default:
      return http_method::other;
  }
}

// What a URL's host and port may be made of (RFC 3986, 3.2.2).
bool is_authority(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return base::is_letter(c) || base::is_digit(c) ||
           std::string_view("-._~%!$&'()*+,;=:[]").find(c) != std::string_view::npos;
  });
}

// Keeps the first field of each name that matters.
class head_parser final : public http::basic_parser<true> {
 public:
  explicit head_parser(http_request& request) : request_(request) {
    header_limit(http_head_size_max);
    body_limit(boost::none);
  }

  // What Beast accepts and we do not; no fault where `why` is empty.
  [[nodiscard]] fault find_fault() const {
    if (transfer_encodings_ > 0)
      return {http_status::bad_request, "Transfer-Encoding is not supported"};
    if (hosts_ > 1 || (hosts_ == 0 && !request_.is_1_0)) {
      return {http_status::bad_request, "a request has exactly one Host"};
    }
    if (!is_authority(host_)) return {http_status::bad_request, "Host is malformed"};
    const auto beyond_ascii = [](char c) { return static_cast<unsigned char>(c) > 0x7E; };
    if (std::any_of(request_.target.begin(), request_.target.end(), beyond_ascii)) {
      return {http_status::bad_request, "the target has bytes that must be percent-encoded"};
    }
    if (content_length().value_or(0) > 0) {
      return {http_status::content_too_large, "a request has no body here"};
    }
    return {http_status::ok, {}};
  }

  [[nodiscard]] bool has_too_many_fields() const { return fields_ > http_fields_max; }

 private:
  using error_code = beast::error_code;
  using string_view = beast::string_view;

  void on_request_impl(http::verb method, string_view, string_view target, int version,
                       error_code&) override {
    request_.method = method_of(method);
    request_.target = target;
    request_.is_1_0 = version == 10;
  }

  void on_field_impl(http::field name, string_view, string_view value, error_code& error) override {
    if (++fields_ > http_fields_max) error = http::error::header_limit;
    if (name == http::field::host) {
      ++hosts_;
      host_ = value;
    } else if (name == http::field::transfer_encoding) {
      ++transfer_encodings_;
    } else if (name == http::field::accept) {
      set(request_.accept, value);
    } else if (name == http::field::accept_language) {
      set(request_.accept_language, value);
    } else if (name == http::field::if_none_match) {
      set(request_.if_none_match, value);
    }
  }

  void on_header_impl(error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  static void set(std::string_view& member, string_view value) {
    if (member.empty()) member = value;
  }

  http_request& request_;
  std::string_view host_;
  std::size_t fields_ = 0;
  std::size_t hosts_ = 0;
  std::size_t transfer_encodings_ = 0;
};

std::string_view text_of(std::span<const std::byte> in) {
  return {reinterpret_cast<const char*>(in.data()), in.size()};
}

// A field that goes on in the next line (obs-fold, RFC 9112, 5.2).
bool has_folded_field(std::string_view head) {
  for (std::size_t end = head.find('\n'); end + 1 < head.size(); end = head.find('\n', end + 1)) {
    if (head[end + 1] == ' ' || head[end + 1] == '\t') return true;
  }
  return false;
}

decoded_http malformed(const fault& found) {
  return {decode_status::malformed, 0, found.status, found.why};
}

decoded_http too_large(std::string_view in) {
  const bool has_line = in.substr(0, http_head_size_max).find('\n') != std::string_view::npos;
  return malformed(has_line ? head_too_large : line_too_long);
}

}  // namespace

std::size_t http_head_size(std::span<const std::byte> in) noexcept {
  constexpr std::string_view empty_line = "\r\n\r\n";
  const std::size_t end =
      text_of(in.first(std::min(in.size(), http_head_size_max))).find(empty_line);
  return end == std::string_view::npos ? 0 : end + empty_line.size();
}

decoded_http decode_http_request(std::span<const std::byte> in, http_request& request) noexcept {
  request = {};
  if (in.empty()) return {};
  const std::string_view text = text_of(in.first(std::min(in.size(), http_head_size_max)));
  head_parser parser(request);
  beast::error_code error;
  const std::size_t size = parser.put({text.data(), text.size()}, error);
  if (parser.has_too_many_fields()) return malformed(too_many_fields);
  if (error == http::error::need_more || error == http::error::header_limit) {
    return in.size() < http_head_size_max ? decoded_http{} : too_large(text);
  }
  if (error || !parser.is_header_done()) return malformed(malformed_head);
  if (has_folded_field(text.substr(0, size))) return malformed(malformed_head);
  if (const fault found = parser.find_fault(); !found.why.empty()) return malformed(found);
  request.keeps_alive = parser.keep_alive();
  return {decode_status::complete, size};
}

}  // namespace polyclock::protocol
