#include "service/http/list_resource.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "json/answer.hpp"
#include "service/http/caching.hpp"
#include "service/http/json_body.hpp"
#include "service/http/parameters.hpp"
#include "service/http/problem.hpp"
#include "service/wire_answer.hpp"

namespace polyclock::service {
namespace {

constexpr std::int64_t two_years = 2 * 366 * 86'400;
constexpr int transitions_max = 64;

http_reply list_reply(const list_bodies::body& body) {
  http_reply reply = kept_reply(json_type, body, one_hour);
  reply.has_etag = true;
  return reply;
}

boost::json::array transitions_of(const clock::zone& zone, std::int64_t now,
                                  const boost::json::storage_ptr& memory) {
  boost::json::array transitions(memory);
  auto next = zone.next_transition(now);
  for (int i = 0; next && next->seconds < now + two_years && i < transitions_max; ++i) {
    boost::json::object object(memory);
    json::add_instant(object, {next->seconds, 0});
    json::add_offset(object, on_wire(*next->to));
    transitions.push_back(std::move(object));
    next = zone.next_transition(next->seconds);
  }
  return transitions;
}

}  // namespace

const list_bodies::body& list_bodies::zones(const answerer& times) {
  const std::uint64_t release = times.current_generation().release;
  if (!zones_ || release_ != release) {
    boost::json::array names;
    for (const clock::zone& zone : times.zones().zones()) names.emplace_back(zone.name());
    zones_ = std::make_shared<const std::string>(boost::json::serialize(names));
    release_ = release;
  }
  return zones_;
}

const list_bodies::body& list_bodies::locales(answerer& times) {
  if (!locales_) {
    boost::json::array tags;
    for (const std::string& tag : times.locales()) tags.emplace_back(tag);
    locales_ = std::make_shared<const std::string>(boost::json::serialize(tags));
  }
  return locales_;
}

http_reply zones_resource(const http_exchange& asked, list_bodies& bodies) {
  if (const auto wrong = find_unknown(asked, {})) return problem_reply(asked, *wrong);
  return list_reply(bodies.zones(asked.times));
}

http_reply locales_resource(const http_exchange& asked, list_bodies& bodies) {
  if (const auto wrong = find_unknown(asked, {})) return problem_reply(asked, *wrong);
  if (asked.cost_max < protocol::cost::loaded) return later_reply(protocol::cost::loaded);
  http_reply reply = list_reply(bodies.locales(asked.times));
  reply.took = protocol::cost::loaded;
  return reply;
}

std::vector<std::string_view> style_names(const answerer& times) {
  std::vector<std::string_view> names{"phrase", "full", "long", "medium", "short", "iso"};
  names.insert(names.end(), times.word_styles().begin(), times.word_styles().end());
  names.emplace_back("skeleton:yMMMMEEEEd");
  return names;
}

http_reply styles_resource(const http_exchange& asked) {
  if (const auto wrong = find_unknown(asked, {})) return problem_reply(asked, *wrong);
  json_memory memory(asked.scratch);
  boost::json::array names(memory.get());
  for (const std::string_view name : style_names(asked.times)) names.emplace_back(name);
  http_reply reply = reply_of(json_type, json_body(names, asked.scratch), one_hour);
  reply.has_etag = true;
  reply.is_repeatable = true;
  return reply;
}

http_reply zone_resource(const http_exchange& asked, std::string_view name) {
  if (const auto wrong = find_unknown(asked, {})) return problem_reply(asked, *wrong);
  const clock::zone* const zone = asked.times.zones().find(name);
  if (zone == nullptr) {
    if (asked.cost_max < protocol::cost::loaded) return later_reply(protocol::cost::loaded);
    http_reply reply = problem_reply(asked, unknown_zone(asked, name, "zone"));
    reply.took = protocol::cost::loaded;
    return reply;
  }
  const std::int64_t now = asked.times.now().seconds;
  json_memory memory(asked.scratch);
  boost::json::object object(memory.get());
  object["zone"] = zone->name();
  json::add_offset(object, on_wire(zone->type_at(now)));
  object["posix"] = zone->posix_string();
  object["transitions"] = transitions_of(*zone, now, memory.get());
  http_reply reply = reply_of(json_type, json_body(object, asked.scratch), {});
  const auto next = zone->next_transition(now);
  set_max_age(asked,
              next ? std::min(hour, whole_seconds_until(next->seconds, asked.times.now())) : hour,
              reply);
  reply.has_etag = true;
  reply.is_repeatable = true;
  return reply;
}

}  // namespace polyclock::service
