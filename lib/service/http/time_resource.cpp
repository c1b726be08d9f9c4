#include "service/http/time_resource.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "json/answer.hpp"
#include "service/http/json_body.hpp"
#include "service/http/parameters.hpp"
#include "service/http/problem.hpp"
#include "service/http/time_list.hpp"
#include "service/wire_answer.hpp"

namespace polyclock::service {
namespace {

http_reply one_time(const http_exchange& asked, const time_parameters& parameters) {
  const time_query& query = parameters.query();
  const time_result result = asked.times.answer(query, asked.cost_max);
  if (result.wants_time()) return later_reply(result.took);
  if (result.error) return error_reply(asked, result, "zone");
  json_memory memory(asked.scratch);
  http_reply reply =
      reply_of(json_type,
               json_body(json::whole_answer(on_wire(*result.answer, 0, query.what), memory.get()),
                         asked.scratch),
               no_store);
  set_language(asked, parameters, *result.answer, reply);
  reply.took = result.took;
  return reply;
}

list_answer answer_clock(const http_exchange& asked, std::string_view clock, time_query query,
                         protocol::cost cost_max) {
  const clock_parameter one(clock);
  one.set(query);
  const time_result result = asked.times.answer(query, cost_max);
  if (result.wants_time()) return {{}, result.took, true};
  json_memory memory(asked.scratch);
  boost::json::object object(memory.get());
  if (result.error) {
    problem why = problem_of(*result.error, "clock");
    if (why.parameter != "at") why.parameter = "clock";
    object = to_json(why, memory.get());
  } else {
    object = json::whole_answer(on_wire(*result.answer, 0, query.what), memory.get());
  }
  return {boost::json::serialize(object), result.took};
}

http_reply several_times(const http_exchange& asked, const time_query& query,
                         const std::vector<std::string_view>& clocks) {
  constexpr std::size_t quick_max = 4;  // cached answers that cost as much as writing one text
  if (clocks.size() > quick_max && asked.cost_max < protocol::cost::loaded) {
    return later_reply(protocol::cost::loaded);
  }
  answer_list list = answer_each(asked, clocks.size(),
                                 [&](std::size_t index, clock::instant when, protocol::cost cost) {
                                   time_query one = query;
                                   if (!one.instant) one.instant = when;
                                   return answer_clock(asked, clocks[index], one, cost);
                                 });
  if (list.instead) return *list.instead;
  http_reply reply = kept_reply(
      json_type, std::make_shared<const std::string>(json_array(list.answers)), no_store);
  reply.took = list.took;
  return reply;
}

}  // namespace

http_reply time_resource(const http_exchange& asked) {
  time_parameters parameters(asked);
  if (const auto wrong = parameters.read({"clock"})) return problem_reply(asked, *wrong);
  const auto clocks = clocks_of(asked.target);
  if (const auto wrong = find_surplus(asked, clocks)) return problem_reply(asked, *wrong);
  http_reply reply = clocks.empty() ? one_time(asked, parameters)
                                    : several_times(asked, parameters.query(), clocks);
  reply.head.vary = parameters.vary();
  return reply;
}

}  // namespace polyclock::service
