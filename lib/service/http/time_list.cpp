#include "service/http/time_list.hpp"

#include <algorithm>
#include <utility>

#include "service/http/problem.hpp"

namespace polyclock::service {

answer_list answer_each(
    const http_exchange& asked, std::size_t count,
    const std::function<list_answer(std::size_t, clock::instant, protocol::cost)>& answer) {
  answer_list list;
  const clock::instant when = asked.batch ? asked.batch->when() : asked.times.now();
  if (asked.batch) list.answers = std::move(asked.batch->answers);
  protocol::cost cost_max = asked.cost_max;
  while (list.answers.size() < count) {
    list_answer next = answer(list.answers.size(), when, cost_max);
    if (next.instead) {
      asked.batch.reset();
      list.instead = std::move(next.instead);
      return list;
    }
    if (!next.wants_time) {
      list.took = std::max(list.took, next.took);
      if (next.took != protocol::cost::cached) cost_max = protocol::cost::cached;
      list.answers.push_back(std::move(next.json));
      continue;
    }
    if (!asked.batch) asked.batch = http_batch::begin(when, asked.peer, asked.places);
    if (!asked.batch) {
      list.instead = problem_reply(asked, {protocol::http_status::unavailable, "busy",
                                           "too many requests for several times wait"});
      return list;
    }
    asked.batch->answers = std::move(list.answers);
    list.instead = later_reply(next.took);
    return list;
  }
  asked.batch.reset();
  return list;
}

std::string json_array(std::span<const std::string> answers) {
  std::string text = "[";
  const char* separator = "";
  for (const std::string& answer : answers) {
    text += separator + answer;
    separator = ",";
  }
  return text + "]";
}

}  // namespace polyclock::service
