#include "service/http/problem.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <string>

#include "service/http/json_body.hpp"

namespace polyclock::service {
namespace {

using protocol::error_code;
using protocol::http_status;

// Of errors that are counted by number.
error_code code_of(const problem& why) {
  if (why.status == http_status::unavailable) return error_code::busy;
  for (const error_code code : {error_code::unknown_zone, error_code::unknown_locale,
                                error_code::unknown_style, error_code::out_of_range}) {
    if (why.type == name_of(code)) return code;
  }
  const bool is_known = why.status == http_status::not_found ||
                        why.status == http_status::method_not_allowed ||
                        why.status == http_status::not_implemented;
  return is_known ? error_code::unsupported_packet : error_code::malformed;
}

std::string_view parameter_of(error_code code, std::string_view zone_parameter) {
  switch (code) {
    case error_code::unknown_zone:
      return zone_parameter;
    case error_code::unknown_locale:
      return "locale";
    case error_code::unknown_style:
      return "style";
    case error_code::out_of_range:
      return "at";
    default:
      return {};
  }
}

// A client's own word, which may be anything.
bool is_plain(std::string_view word) {
  return !word.empty() && word.size() <= 64 &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

}  // namespace

boost::json::object to_json(const problem& why, const boost::json::storage_ptr& memory) {
  boost::json::object object(memory);
  object["type"] = "urn:polyclock:" + std::string(why.type);
  object["title"] = reason_of(why.status);
  object["status"] = static_cast<int>(why.status);
  object["detail"] = why.detail;
  if (is_plain(why.parameter)) object["parameter"] = why.parameter;
  boost::json::array suggestions(memory);
  if (!why.suggestion.empty()) suggestions.emplace_back(why.suggestion);
  object["suggestions"] = std::move(suggestions);
  return object;
}

http_reply problem_reply(const http_exchange& asked, const problem& why) {
  json_memory memory(asked.scratch);
  http_reply reply = reply_of("application/problem+json",
                              json_body(to_json(why, memory.get()), asked.scratch), no_store);
  reply.head.status = why.status;
  if (why.status == http_status::method_not_allowed) reply.head.allow = "GET, HEAD, OPTIONS";
  reply.error = static_cast<std::uint8_t>(code_of(why));
  reply.is_repeatable = why.status != http_status::unavailable;
  return reply;
}

problem problem_of(const time_error& error, std::string_view parameter) {
  problem why;
  const bool is_unknown =
      error.code == error_code::unknown_zone || error.code == error_code::unknown_locale;
  if (is_unknown) why.status = http_status::not_found;
  why.type = name_of(error.code);
  why.detail = error.sentence.view();
  why.parameter = parameter_of(error.code, parameter);
  why.suggestion = error.suggestion;
  return why;
}

problem unknown_zone(const http_exchange& asked, std::string_view name,
                     std::string_view parameter) {
  const time_error error = unknown_zone(asked.times.zones(), name);
  problem why = problem_of(error, parameter);
  asked.scratch.detail = error.sentence;
  why.detail = asked.scratch.detail.view();
  return why;
}

http_reply error_reply(const http_exchange& asked, const time_result& result,
                       std::string_view zone_parameter) {
  http_reply reply = problem_reply(asked, problem_of(*result.error, zone_parameter));
  reply.took = result.took;
  return reply;
}

}  // namespace polyclock::service
