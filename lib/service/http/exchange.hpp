// What an HTTP resource is asked, and what it replies. The HTTP service makes the one of a request and writes the
// other to the connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bounded_text.hpp"
#include "format/text.hpp"
#include "protocol/http_request.hpp"
#include "protocol/http_response.hpp"
#include "protocol/http_target.hpp"
#include "protocol/service.hpp"
#include "service/answerer.hpp"
#include "service/defaults.hpp"
#include "service/http/batch.hpp"

namespace polyclock::service {

// Room for one reply at a time, of one service.
struct http_scratch {
  protocol::http_target target;
  std::array<unsigned char, 64 * 1024> json;  // the objects of a body, before they are written
  std::array<char, 48 * 1024> body;
  base::bounded_text<64> cache_control;
  format::label language;
  format::text detail;
};

class event_stream;
class event_clocks;
class subscribers;

// What the streams of one service share.
struct stream_context {
  std::shared_ptr<event_clocks> clocks;
  std::shared_ptr<subscribers> places;
  std::uint32_t service;  // its number
};

struct http_exchange {
  const protocol::http_request& request;
  const protocol::http_target& target;
  const protocol::peer_address& peer;
  std::unique_ptr<http_batch>& batch;           // of this request, between two of its steps
  const std::shared_ptr<batch_places>& places;  // of batches
  std::unique_ptr<event_stream>& stream;        // that the request opens
  const stream_context& streams;
  protocol::cost cost_max;  // for a resource at least `rendered`
  answerer& times;
  const defaults& own;
  http_scratch& scratch;
};

struct http_reply {
  protocol::http_response head;  // `body_size` and `connection` are filled in later
  std::string_view body = {};    // in the scratch, static, or that of `kept_body`
  std::shared_ptr<const std::string> kept_body = {};
  protocol::cost took = protocol::cost::cached;
  bool is_permanent = false;   // the body stays as it is for ever
  bool wants_time = false;     // it would cost `took`, which is more than was allowed
  bool has_etag = false;       // over the body, so that an unchanged one need not be sent
  bool is_repeatable = false;  // the same for a tenth of a second
  std::uint8_t error = 0;      // the number of the error that it is; 0: none
};

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view text_type = "text/plain; charset=utf-8";
inline constexpr std::string_view no_store = "no-store";
inline constexpr std::string_view one_hour = "max-age=3600";

[[nodiscard]] inline http_reply reply_of(std::string_view type, std::string_view body,
                                         std::string_view cache_control) {
  http_reply reply;
  reply.head.content_type = type;
  reply.head.cache_control = cache_control;
  reply.body = body;
  return reply;
}

// With a body of its own, which lives until it has been sent.
[[nodiscard]] inline http_reply kept_reply(std::string_view type,
                                           std::shared_ptr<const std::string> body,
                                           std::string_view cache_control) {
  http_reply reply = reply_of(type, *body, cache_control);
  reply.kept_body = std::move(body);
  return reply;
}

[[nodiscard]] inline http_reply later_reply(protocol::cost wanted) {
  http_reply reply;
  reply.took = wanted;
  reply.wants_time = true;
  return reply;
}

}  // namespace polyclock::service
