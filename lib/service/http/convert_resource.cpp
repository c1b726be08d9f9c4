#include "service/http/convert_resource.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clock/local_time.hpp"
#include "json/answer.hpp"
#include "protocol/rfc3339.hpp"
#include "service/http/json_body.hpp"
#include "service/http/parameters.hpp"
#include "service/http/problem.hpp"
#include "service/http/time_list.hpp"
#include "service/wire_answer.hpp"

namespace polyclock::service {
namespace {

struct conversion {
  protocol::timestamp local;  // as if it were UTC
  const clock::zone* from = nullptr;
  std::vector<const clock::zone*> to;
};

problem missing(std::string_view parameter, std::string_view detail) {
  problem why;
  why.type = "missing_parameter";
  why.detail = detail;
  why.parameter = parameter;
  return why;
}

std::optional<problem> read_local(const http_exchange& asked, conversion& out) {
  const std::string_view value = value_of(asked.target, "local");
  if (value.empty()) {
    return missing("local", "a local time is required, such as local=2026-10-25T02:30:00");
  }
  const auto local = protocol::parse_instant(value);
  if (!local || !local->is_local || local->when.seconds < protocol::first_second) {
    return bad_value(asked, {"local", value}, "is not a local time such as 2026-10-25T02:30:00");
  }
  out.local = local->when;
  return std::nullopt;
}

std::optional<problem> read_zones(const http_exchange& asked, conversion& out) {
  const clock::zone_database& zones = asked.times.zones();
  std::string_view from = value_of(asked.target, "from");
  if (from.empty()) from = asked.own.zone;
  out.from = zones.find(from);
  if (out.from == nullptr) return unknown_zone(asked, from, "from");
  for (const auto& parameter : asked.target.parameters()) {
    if (parameter.name != "to" || parameter.value.empty()) continue;
    const clock::zone* const zone = zones.find(parameter.value);
    if (zone == nullptr) return unknown_zone(asked, parameter.value, "to");
    out.to.push_back(zone);
    if (out.to.size() > list_size_max) {
      return bad_value(asked, parameter, "is the 17th; at most 16 may be asked for");
    }
  }
  return std::nullopt;
}

list_answer answer_zone(const http_exchange& asked, const time_query& query,
                        protocol::cost cost_max) {
  const time_result result = asked.times.answer(query, cost_max);
  if (result.wants_time()) return {{}, result.took, true};
  if (result.error) {
    problem why = problem_of(*result.error, "to");
    if (why.parameter == "at") why.parameter = "local";
    http_reply reply = problem_reply(asked, why);
    reply.took = result.took;
    return {{}, result.took, false, std::move(reply)};
  }
  json_memory memory(asked.scratch);
  boost::json::object object =
      json::whole_answer(on_wire(*result.answer, 0, query.what), memory.get());
  object.erase("clock");  // of now
  return {boost::json::serialize(object), result.took};
}

std::string with_answers(boost::json::object object, std::span<const std::string> answers) {
  std::string text = boost::json::serialize(object);
  text.back() = ',';
  return text + "\"answers\":" + json_array(answers) + "}";
}

std::string instant_with_answers(std::int64_t seconds, std::uint32_t nanoseconds,
                                 std::span<const std::string> answers) {
  boost::json::object object;
  json::add_instant(object, {seconds, nanoseconds});
  return with_answers(std::move(object), answers);
}

boost::json::object gap_of(const conversion& asked, const clock::transition& gap) {
  boost::json::object object;
  json::add_instant(object, {gap.seconds, 0});
  object["utc_offset_before"] = asked.from->type_at(gap.seconds - 1).offset;
  object["utc_offset_after"] = gap.to->offset;
  return object;
}

std::string body_of(const conversion& asked, const clock::local_instants& instants,
                    std::span<const std::string> answers) {
  boost::json::object object;
  const protocol::instant_text local = protocol::format_instant(asked.local);
  object["local"] = local.view().substr(0, local.view().size() - 1);  // it is not in UTC
  object["from"] = asked.from->name();
  const auto all = instants.all();
  if (all.empty()) {
    object["gap"] = instants.gap() ? boost::json::value(gap_of(asked, *instants.gap())) : nullptr;
    return with_answers(std::move(object), {});
  }
  if (all.size() == 1) {
    json::add_instant(object, {all.front(), asked.local.nanoseconds});
    return with_answers(std::move(object), answers);
  }
  std::string text = boost::json::serialize(object);
  text.back() = ',';
  const std::size_t each = answers.size() / 2;
  text +=
      "\"earlier\":" +
      instant_with_answers(all.front(), asked.local.nanoseconds, answers.first(each)) +
      ",\"later\":" + instant_with_answers(all.back(), asked.local.nanoseconds, answers.last(each));
  return text + "}";
}

}  // namespace

http_reply convert_resource(const http_exchange& asked) {
  time_parameters parameters(asked);
  const auto unknown =
      find_unknown(asked, {"local", "from", "to", "locale", "style", "what", "ascii"});
  if (unknown) return problem_reply(asked, *unknown);
  if (const auto wrong = parameters.read({"local", "from", "to"}))
    return problem_reply(asked, *wrong);
  // An unknown zone would.
  if (asked.cost_max < protocol::cost::loaded) return later_reply(protocol::cost::loaded);
  conversion wanted;
  if (const auto wrong = read_local(asked, wanted)) return problem_reply(asked, *wrong);
  if (const auto wrong = read_zones(asked, wanted)) return problem_reply(asked, *wrong);
  if (wanted.to.empty()) wanted.to.push_back(wanted.from);
  const clock::local_instants instants(*wanted.from, wanted.local.seconds);
  const auto all = instants.all();
  const std::size_t each = wanted.to.size();
  const std::size_t count = each * std::min<std::size_t>(all.size(), 2);
  answer_list list =
      answer_each(asked, count, [&](std::size_t index, clock::instant, protocol::cost cost_max) {
        time_query query = parameters.query();
        query.zone = wanted.to[index % each]->name();
        query.instant = {index < each ? all.front() : all.back(), wanted.local.nanoseconds};
        return answer_zone(asked, query, cost_max);
      });
  if (list.instead) return *list.instead;
  http_reply reply = kept_reply(
      json_type, std::make_shared<const std::string>(body_of(wanted, instants, list.answers)),
      one_hour);
  reply.took = protocol::cost::loaded;
  reply.has_etag = true;
  reply.head.vary = parameters.vary();
  return reply;
}

}  // namespace polyclock::service
