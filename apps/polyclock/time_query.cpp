#include "time_query.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "environment.hpp"
#include "json.hpp"
#include "line.hpp"
#include "protocol/classic.hpp"
#include "protocol/rfc3339.hpp"
#include "round_trip.hpp"

namespace polyclock {
namespace {

bool shows_text(const arguments& arguments) {
  return arguments.output == output::text || arguments.output == output::json;
}

// The offset from UTC in seconds of the zone that `query` is for.
std::variant<std::int64_t, result> ask_offset(const arguments& arguments, protocol::query query,
                                              std::int64_t unix_seconds, deadline until) {
  query.id = random_id();
  query.style = "iso";
  query.ahead = 0;
  query.locale_count = 0;
  query.instant->seconds = unix_seconds;
  const auto replied = ask<protocol::answer>(arguments, query, until);
  if (const auto* other = std::get_if<result>(&replied)) return *other;
  return std::get<reply<protocol::answer>>(replied).packet.offset.seconds;
}

// Makes the local time of `query` an instant in its zone, whose offset only the server knows. Of two such instants it
// is the first. A time that clocks skip is read with the offset before that.
std::optional<result> resolve_local_time(const arguments& arguments, protocol::query& query,
                                         deadline until) {
  const std::int64_t local = query.instant->seconds;
  constexpr std::int64_t day = 86400;  // no zone's offset is that large
  std::int64_t before = 0;
  std::int64_t asked = std::max(local - day, protocol::first_second);
  for (int tries = 0; tries < 3; ++tries) {
    const auto replied = ask_offset(arguments, query, asked, until);
    if (const auto* other = std::get_if<result>(&replied)) return *other;
    const std::int64_t offset = std::get<std::int64_t>(replied);
    if (tries == 0) before = offset;
    const bool is_consistent = asked + offset == local;
    query.instant->seconds = is_consistent ? asked : local - before;
    if (is_consistent) break;
    asked = local - offset;
  }
  return std::nullopt;
}

std::variant<reply<protocol::answer>, result> ask_in(const locale_list& locales,
                                                     const arguments& arguments,
                                                     protocol::query query, deadline until) {
  query.id = random_id();
  set_locales(locales, query);
  return ask<protocol::answer>(arguments, query, until);
}

bool lacks_locale(const std::variant<reply<protocol::answer>, result>& replied) {
  const auto* const failed = std::get_if<result>(&replied);
  return failed != nullptr && failed->code == protocol::error_code::unknown_locale;
}

}  // namespace

protocol::query to_query(const arguments& arguments) {
  protocol::query query;
  query.id = random_id();
  query.what = arguments.what;
  if (shows_text(arguments))
    query.style = arguments.style;
  else
    query.style = "iso";  // no error about an unknown one
  if (arguments.zone) query.zone = *arguments.zone;
  if (arguments.at) query.instant = arguments.at->when;
  query.ascii = arguments.ascii;
  query.ahead = arguments.next;
  return query;
}

std::vector<locale_list> locale_lists(const arguments& arguments) {
  if (!shows_text(arguments)) return {{}};
  std::vector<locale_list> lists{arguments.locales};
  if (!arguments.environment_locale) return lists;
  locale_list parents = parent_tags(arguments.locales.front());
  if (parents.size() > protocol::query_locales_max) parents.resize(protocol::query_locales_max);
  if (!parents.empty()) lists.push_back(std::move(parents));
  lists.emplace_back();
  return lists;
}

void set_locales(const locale_list& locales, protocol::query& query) {
  query.locale_count = locales.size();
  std::copy(locales.begin(), locales.end(), query.locales.begin());
}

std::string fallback_note(const arguments& arguments, const protocol::answer& answer) {
  return "the server has no text in locale '" + arguments.locales.front() +
         "' of the environment; using '" + std::string(answer.locale) + "'";
}

result run_query(const arguments& arguments, deadline until) {
  protocol::query query = to_query(arguments);
  if (arguments.at && arguments.at->is_local) {
    if (const auto failed = resolve_local_time(arguments, query, until)) return *failed;
  }
  std::vector<locale_list> lists = locale_lists(arguments);
  auto next = lists.begin();
  auto replied = ask_in(*next, arguments, query, until);
  while (lacks_locale(replied) && ++next != lists.end()) {
    replied = ask_in(*next, arguments, query, until);
  }
  if (const auto* other = std::get_if<result>(&replied)) return *other;
  const auto& [received, answer] = std::get<reply<protocol::answer>>(replied);
  return {success, format_line(answer, arguments, received),
          next == lists.begin() ? "" : fallback_note(arguments, answer)};
}

result run_classic_query(const arguments& arguments, deadline until) {
  const protocol::classic_request request{protocol::dt_magic, arguments.what};
  const auto received = send(arguments, request, check_classic_reply, until);
  if (!received) return to_result(received.error());
  protocol::classic_response response{};
  const auto check = decode_classic_response(received->bytes, protocol::dt_magic, response);
  if (check != protocol::classic_check::valid) {
    return std::get<result>(expect<protocol::name_page>(*received));  // an error packet
  }
  if (arguments.output == output::json) return {success, to_json(response, received->server)};
  return {success, std::string(response.text)};
}

}  // namespace polyclock
