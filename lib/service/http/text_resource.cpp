#include "service/http/text_resource.hpp"

#include <boost/json/array.hpp>
#include <cstring>
#include <utility>

#include "json/answer.hpp"
#include "protocol/http_accept.hpp"
#include "service/http/caching.hpp"
#include "service/http/json_body.hpp"
#include "service/http/parameters.hpp"
#include "service/http/problem.hpp"
#include "service/wire_answer.hpp"

namespace polyclock::service {
namespace {

enum class text_form : std::uint8_t { json = 1, text, line };

std::string_view plain_body(const http_exchange& asked, std::string_view text, bool is_line) {
  char* const out = asked.scratch.body.data();
  std::memcpy(out, text.data(), text.size());
  if (is_line) out[text.size()] = '\n';
  return {out, text.size() + (is_line ? 1 : 0)};
}

// The instants and texts that follow, as many as were asked for and fit.
boost::json::array later_texts(const http_exchange& asked, time_query query,
                               const time_answer& answer, std::uint32_t count,
                               const boost::json::storage_ptr& memory) {
  constexpr std::size_t bytes_max = 16 * 1024;
  boost::json::array all(memory);
  std::size_t bytes = 0;
  asked.times.list_later(query, answer, [&](std::int64_t from, std::string_view text) {
    bytes += text.size();
    if (bytes > bytes_max) return false;
    boost::json::object one(memory);
    json::add_instant(one, {from, 0});
    one["text"] = text;
    all.push_back(std::move(one));
    return all.size() < count;
  });
  return all;
}

std::string_view body_of(const http_exchange& asked, const time_parameters& parameters,
                         const time_answer& answer, text_form form) {
  const time_query& query = parameters.query();
  const std::string_view text = answer.rendering.text.view();
  if (form != text_form::json) return plain_body(asked, text, form == text_form::line);
  json_memory memory(asked.scratch);
  auto object = json::lasting_answer(on_wire(answer, 0, query.what), memory.get());
  if (const std::uint32_t count = parameters.next()) {
    object["next"] = later_texts(asked, query, answer, count, memory.get());
  }
  return json_body(object, asked.scratch);
}

http_reply make_text(const http_exchange& asked, const time_parameters& parameters,
                     text_form form) {
  const time_query& query = parameters.query();
  if (parameters.next() > 0 && asked.cost_max < protocol::cost::loaded) {
    return later_reply(protocol::cost::loaded);
  }
  const time_result result = asked.times.answer(query, asked.cost_max);
  if (result.wants_time()) return later_reply(result.took);
  if (result.error) return error_reply(asked, result, "zone");
  http_reply reply = reply_of(form == text_form::json ? json_type : text_type,
                              body_of(asked, parameters, *result.answer, form), {});
  // The offset stands in JSON alone.
  set_max_age(asked, max_age(asked, query, *result.answer, form == text_form::json), reply);
  set_language(asked, parameters, *result.answer, reply);
  reply.took = parameters.next() > 0 ? protocol::cost::loaded : result.took;
  reply.has_etag = true;
  reply.is_repeatable = true;
  return reply;
}

}  // namespace

http_reply text_resource(const http_exchange& asked) {
  time_parameters parameters(asked);
  if (const auto wrong = parameters.read({"next"})) return problem_reply(asked, *wrong);
  const std::string_view accept = asked.request.accept;
  const bool is_plain =
      parameters.next() == 0 &&
      protocol::quality_of("text/plain", accept) > protocol::quality_of("application/json", accept);
  http_reply reply = make_text(asked, parameters, is_plain ? text_form::text : text_form::json);
  reply.head.vary = parameters.is_negotiated() ? "Accept, Accept-Language" : "Accept";
  return reply;
}

http_reply plain_text_resource(const http_exchange& asked) {
  time_parameters parameters(asked);
  if (const auto wrong = parameters.read()) return problem_reply(asked, *wrong);
  http_reply reply = make_text(asked, parameters, text_form::text);
  reply.head.vary = parameters.vary();
  return reply;
}

http_reply line_resource(const http_exchange& asked, std::string_view zone) {
  time_parameters parameters(asked);
  if (const auto wrong = parameters.read_below(zone)) return problem_reply(asked, *wrong);
  http_reply reply = make_text(asked, parameters, text_form::line);
  reply.head.vary = parameters.is_negotiated() ? "Accept, Accept-Language" : "Accept";
  return reply;
}

}  // namespace polyclock::service
