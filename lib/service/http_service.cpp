#include "service/http_service.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "service/http/problem.hpp"
#include "service/http/world_time.hpp"

namespace polyclock::service {
namespace {

using protocol::http_method;
using protocol::http_status;
using protocol::step;
using protocol::wanted;

std::string_view connection_field(const protocol::http_request& request, bool is_last) {
  if (is_last) return "close";
  return request.is_1_0 ? "keep-alive" : "";
}

problem not_supported(http_method method) {
  if (method == http_method::unknown) {
    return {http_status::not_implemented, "unknown_method", "no such method is known here"};
  }
  return {http_status::method_not_allowed, "method_not_allowed",
          "only GET, HEAD and OPTIONS are supported"};
}

// Any method but GET and HEAD.
http_reply other_method(const http_exchange& asked) {
  const http_method method = asked.request.method;
  if (method == http_method::options) {
    http_reply reply;
    reply.head.allow = "GET, HEAD, OPTIONS";
    reply.head.is_preflight = true;
    return reply;
  }
  const problem why = not_supported(method);
  if (!is_world_time(asked.target.path())) return problem_reply(asked, why);
  http_reply reply = world_time_error(asked, why.status, why.detail);
  if (why.status == http_status::method_not_allowed) reply.head.allow = "GET, HEAD, OPTIONS";
  return reply;
}

http_reply failed_reply(const http_exchange& asked) {
  return problem_reply(
      asked, {http_status::internal_error, "failed", "the answer needs more memory than there is"});
}

bool is_chunked(const event_stream& stream) {
  return stream.framing() == protocol::http_stream::chunks;
}

// A part of a stream that is no event. Returns its size.
std::size_t put_part(const event_stream& stream, std::string_view part, std::span<std::byte> out) {
  base::bounded_text<80> text;
  if (is_chunked(stream)) {
    text << protocol::chunk_head_of(part.size()).view() << part << protocol::http_line_end;
  } else {
    text << part;
  }
  std::memcpy(out.data(), text.view().data(), text.view().size());
  return text.view().size();
}

std::size_t put_end(const event_stream& stream, std::span<std::byte> out) {
  if (!is_chunked(stream)) return 0;
  constexpr std::string_view last = protocol::http_last_chunk;
  std::memcpy(out.data(), last.data(), last.size());
  return last.size();
}

// An unchanged body is not sent again.
void set_etag(const protocol::http_request& request, http_reply& reply) {
  const std::uint64_t hash = protocol::hash_of(reply.body);
  reply.head.etag = hash;
  if (!protocol::matches_etag(request.if_none_match, hash)) return;
  reply.head.status = http_status::not_modified;
  reply.head.content_type = {};
  reply.body = {};
  reply.kept_body.reset();
}

}  // namespace

http_service::http_service(std::shared_ptr<answerer> answerer, service::defaults defaults,
                           std::shared_ptr<const statistics> admin,
                           std::shared_ptr<subscribers> places)
    : answerer_(std::move(answerer)),
      defaults_(std::move(defaults)),
      resources_{std::move(admin), {}},
      scratch_(std::make_unique_for_overwrite<http_scratch>()),
      cache_id_(answerer_->responses().new_listener()),
      streams_{answerer_->watched(), std::move(places), cache_id_} {}

// Caches may keep a response for a whole second less than its text is true, so a tenth of a second decides.
generation http_service::now() const noexcept {
  generation made_in = answerer_->current_generation();
  made_in.second = made_in.second * 10 + answerer_->now().nanoseconds / 100'000'000;
  return made_in;
}

step http_service::advance(peer& of, const protocol::step_input& in,
                           std::span<std::byte> out) noexcept {
  if (of.stream_ && of.stream_->is_open()) return push(of, in, out);
  received asked;
  asked.head = in.bytes.first(protocol::http_head_size(in.bytes));
  const auto* const cached = answerer_->responses().find(cache_id_, asked.head, now());
  if (cached != nullptr) {
    std::memcpy(out.data(), cached->reply.data(), cached->reply_size);
    return {.consumed = asked.head.size(),
            .produced = cached->reply_size,
            .next = cached->facts.is_last ? wanted::end : wanted::input,
            .error = cached->facts.error};
  }
  if (!asked.head.empty() && in.cost_max == protocol::cost::cached) {
    return {.next = wanted::time, .took = protocol::cost::rendered};
  }
  // The begin of a head is read for what is no HTTP at all, not again and again.
  const bool is_partial = asked.head.empty() && in.bytes.size() < request_size_max;
  if (is_partial && in.bytes.size() > usual_size_max) return {};
  try {
    const auto decoded = protocol::decode_http_request(in.bytes, asked.request);
    if (decoded.status == protocol::decode_status::need_more) return {};
    if (decoded.status == protocol::decode_status::malformed) return refuse(of, decoded, out);
    asked.is_last = !asked.request.keeps_alive;
    const http_exchange exchange = exchange_of(of, asked, in.cost_max);
    http_reply reply = make_reply(exchange);
    if (reply.wants_time) return {.next = wanted::time, .took = reply.took};
    return write(of, asked, reply, out);
  } catch (const std::exception&) {  // not even for an error
    return {.next = wanted::end};
  }
}

http_exchange http_service::exchange_of(peer& of, const received& asked,
                                        protocol::cost cost_max) noexcept {
  return {asked.request, scratch_->target, of.address_, of.batch_, places_,  of.stream_,
          streams_,      cost_max,         *answerer_,  defaults_, *scratch_};
}

step http_service::refuse(peer& of, const protocol::decoded_http& why, std::span<std::byte> out) {
  received asked;
  asked.is_last = true;
  static_cast<void>(scratch_->target.parse("*"));  // its own is not known
  http_reply reply = problem_reply(exchange_of(of, asked, protocol::cost::cached),
                                   {why.fault, "malformed_request", why.why});
  reply.is_repeatable = false;
  step made = write(of, asked, reply, out);
  made.malformed = true;
  return made;
}

http_reply http_service::make_reply(const http_exchange& asked) {
  const std::string_view fault = scratch_->target.parse(asked.request.target);
  if (!fault.empty() && is_world_time(asked.request.target)) {
    return world_time_error(asked, http_status::bad_request, fault);
  }
  if (!fault.empty()) {
    return problem_reply(asked, {http_status::bad_request, "malformed_target", fault});
  }
  const http_method method = asked.request.method;
  if (method != http_method::get && method != http_method::head) return other_method(asked);
  try {
    return resources_.get(asked);
  } catch (const std::exception&) {
    asked.batch.reset();
    asked.stream.reset();
    return failed_reply(asked);
  }
}

step http_service::open(event_stream& stream, const received& asked, std::size_t head_size,
                        std::span<std::byte> out) const {
  stream.open();
  // So that not all come back at once after a restart.
  constexpr std::uint32_t retry_min = 2000;
  constexpr std::uint32_t retry_range = 5001;
  base::bounded_text<64> retry;
  retry << "retry: ";
  retry.number(retry_min + answerer_->now().nanoseconds / 1000 % retry_range) << "\n\n";
  return {.consumed = asked.head.size(),
          .produced = head_size + put_part(stream, retry.view(), out.subspan(head_size)),
          .next = wanted::room,
          .took = protocol::cost::rendered};
}

bool http_service::adopt(peer& of) {
  received asked;
  asked.request.accept_language = of.stream_->accept_language();
  return scratch_->target.parse(of.stream_->target()).empty() &&
         !of.stream_->find_clocks(exchange_of(of, asked, protocol::cost::cached));
}

step http_service::push(peer& of, const protocol::step_input& in, std::span<std::byte> out) {
  event_stream& stream = *of.stream_;
  const bool is_over =
      in.state == protocol::input_state::ended || (stream.service() != cache_id_ && !adopt(of));
  stream_step due;
  if (!is_over) due = stream.advance(*answerer_, in.cost_max, *scratch_);
  if (due.wants) return {.next = wanted::time, .took = *due.wants};
  step made{.consumed = in.bytes.size(), .took = due.took, .is_push = !due.is_first};
  if (is_over || due.is_over) {
    made.next = wanted::end;
    made.produced = put_end(stream, out);
    return made;
  }
  made.next = due.has_more ? wanted::room : wanted::input;
  if (!due.has_more) made.wake_after = due.wake_after;
  if (due.is_comment) made.produced = put_part(stream, ":\n\n", out);
  if (!due.event) return made;
  if (!due.is_first) made.event_lateness = due.lateness;
  of.event_ = due.event;
  made.body = std::as_bytes(
      std::span(is_chunked(stream) ? std::string_view(of.event_->chunk) : of.event_->event()));
  return made;
}

step http_service::write(peer& of, const received& asked, http_reply& reply,
                         std::span<std::byte> out) {
  if (reply.has_etag && reply.head.status == http_status::ok) set_etag(asked.request, reply);
  // No page of another origin reads what is the administrator's.
  const bool is_admin = http_resources::is_admin(scratch_->target.path());
  reply.head.allows_any_origin = !is_admin;
  reply.head.is_preflight = reply.head.is_preflight && !is_admin;
  reply.head.body_size = reply.body.size();
  const bool ends = asked.is_last || reply.head.stream == protocol::http_stream::until_end;
  reply.head.connection = connection_field(asked.request, ends);
  const std::size_t head_size = encode(reply.head, answerer_->now().seconds, out);
  if (of.stream_) return open(*of.stream_, asked, head_size, out);
  const bool has_body = asked.request.method != http_method::head;
  const auto body = std::as_bytes(std::span(reply.body)).first(has_body ? reply.body.size() : 0);
  step made{.consumed = asked.head.size(),
            .produced = head_size,
            .next = asked.is_last ? wanted::end : wanted::input,
            .took = std::max(reply.took, protocol::cost::rendered),
            .error = reply.error};
  if (body.size() <= reply_size_max - head_size) {
    std::copy(body.begin(), body.end(), out.subspan(head_size).begin());
    made.produced += body.size();
    if (reply.is_repeatable) {
      answerer_->responses().store(cache_id_, asked.head, out.first(made.produced),
                                   {asked.is_last, reply.error}, now());
    }
    return made;
  }
  made.body = body;
  if (reply.is_permanent) return made;
  of.body_ = reply.kept_body ? std::move(reply.kept_body)
                             : std::make_shared<const std::string>(reply.body);
  made.body = std::as_bytes(std::span(*of.body_));
  return made;
}

}  // namespace polyclock::service
