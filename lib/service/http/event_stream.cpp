#include "service/http/event_stream.hpp"

#include <algorithm>
#include <utility>

#include "clock/elapsed.hpp"
#include "service/http/parameters.hpp"

namespace polyclock::service {
namespace {

using protocol::http_status;
using std::chrono::nanoseconds;

// A timer that came a moment too early would have to be set again.
constexpr nanoseconds margin = std::chrono::microseconds(500);

problem crowded(std::string_view detail) {
  return {http_status::unavailable, "busy", detail};
}

http_reply stream_head(const event_stream& stream) {
  http_reply reply;
  reply.head.content_type = "text/event-stream";
  reply.head.cache_control = "no-cache";
  reply.head.stream = stream.framing();
  return reply;
}

http_reply refusal(const http_exchange& asked, const time_error& error) {
  problem why = problem_of(error, "zone");
  if (!clocks_of(asked.target).empty()) why.parameter = "clock";
  return problem_reply(asked, why);
}

}  // namespace

event_stream::event_stream(const http_exchange& asked, subscriber_place place)
    : target_(asked.request.target),
      accept_language_(asked.request.accept_language),
      framing_(asked.request.is_1_0 ? protocol::http_stream::until_end
                                    : protocol::http_stream::chunks),
      place_(std::move(place)) {}

std::optional<problem> event_stream::find_clocks(const http_exchange& asked) {
  time_parameters parameters(asked);
  if (auto wrong = parameters.read({"clock"})) return wrong;
  if (parameters.query().instant) {
    return bad_value(asked, {"at", value_of(asked.target, "at")},
                     "is not for events, which are of now");
  }
  auto names = clocks_of(asked.target);
  if (auto wrong = find_surplus(asked, names)) return wrong;
  if (names.empty()) names.emplace_back();
  std::vector<watched> found;
  for (const std::string_view name : names) {
    time_query query = parameters.query();
    const clock_parameter clock(name);
    clock.set(query);
    const auto number = names.size() > 1 ? static_cast<unsigned>(found.size() + 1) : 0;
    auto one = asked.streams.clocks->find_or_add(query, number, asked.peer);
    if (one == nullptr) return crowded("too many different clocks are watched");
    const std::uint64_t sent = version_sent(*one);
    found.push_back({std::move(one), sent});
  }
  clocks_ = std::move(found);
  service_ = asked.streams.service;
  return std::nullopt;
}

// Where another service has the same defaults, nothing has changed.
std::uint64_t event_stream::version_sent(const event_clock& clock) const noexcept {
  const auto known = std::find_if(clocks_.begin(), clocks_.end(),
                                  [&](const watched& one) { return one.clock.get() == &clock; });
  return known == clocks_.end() ? 0 : known->sent;
}

event_clock::refreshed event_stream::refresh(const http_exchange& asked) {
  event_clock::refreshed all;
  for (const watched& one : clocks_) {
    // One step makes one new text.
    const auto cost_max =
        all.took == protocol::cost::cached ? asked.cost_max : protocol::cost::cached;
    auto done = one.clock->refresh(asked.times, cost_max, asked.scratch);
    all.took = std::max(all.took, done.took);
    if (done.is_current) continue;
    done.took = all.took;
    return done;
  }
  return all;
}

stream_step event_stream::advance(answerer& times, protocol::cost cost_max, http_scratch& scratch) {
  stream_step out;
  const clock::instant now = times.now();
  for (watched& one : clocks_) {
    const auto done = one.clock->refresh(times, cost_max, scratch);
    out.took = std::max(out.took, done.took);
    if (done.error) return {.is_over = true};
    if (!done.is_current) return {.wants = done.took};
    if (one.sent == one.clock->version()) continue;
    send(one, now, out);
    out.has_more = &one != &clocks_.back();
    break;
  }
  if (now.seconds < last_sent_) last_sent_ = now.seconds;  // the clock has been set back
  if (!out.event && now.seconds >= last_sent_ + comment_seconds) {
    out.is_comment = true;
    last_sent_ = now.seconds;
  }
  if (!out.has_more) out.wake_after = until_next(now);
  return out;
}

void event_stream::send(watched& one, clock::instant now, stream_step& out) {
  out.event = one.clock->bytes();
  out.is_first = one.sent == 0;
  out.lateness = clock::elapsed({one.clock->from(), 0}, now);
  one.sent = one.clock->version();
  last_sent_ = now.seconds;
}

nanoseconds event_stream::until_next(clock::instant now) const {
  clock::instant next{last_sent_ + comment_seconds, 0};
  for (const watched& one : clocks_) {
    if (one.clock->end()) next = std::min(next, *one.clock->end());
  }
  return std::max(clock::elapsed(now, next), nanoseconds(0)) + margin;
}

http_reply events_resource(const http_exchange& asked) {
  if (!asked.stream) {
    subscriber_place place(asked.streams.places);
    if (!place)
      return problem_reply(asked, crowded("there are as many subscribers as there may be"));
    asked.stream = std::make_unique<event_stream>(asked, std::move(place));
    if (const auto wrong = asked.stream->find_clocks(asked)) {
      asked.stream.reset();
      return problem_reply(asked, *wrong);
    }
  }
  const auto done = asked.stream->refresh(asked);
  if (!done.is_current && !done.error) return later_reply(done.took);
  http_reply reply = done.error ? refusal(asked, *done.error) : stream_head(*asked.stream);
  reply.took = done.took;
  if (done.error || asked.request.method == protocol::http_method::head) asked.stream.reset();
  return reply;
}

}  // namespace polyclock::service
