#include "service/http/page_resource.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "protocol/http_accept.hpp"
#include "service/embedded.hpp"
#include "service/http/caching.hpp"
#include "service/http/list_resource.hpp"
#include "service/http/parameters.hpp"

namespace polyclock::service {
namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::string_view page_policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// What takes the place of a marker such as `{{text}}`: HTML.
struct page_field {
  std::string_view name;
  std::string html;
};

using page_fields = std::vector<page_field>;

std::string escaped(std::string_view text) {
  std::string html;
  html.reserve(text.size() + 16);
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

// Markers without a field become empty.
std::string filled(std::string_view page, const page_fields& fields) {
  constexpr std::size_t fields_size = 2048;  // about
  std::string out;
  out.reserve(page.size() + fields_size);
  for (std::size_t begin = page.find("{{"); begin != std::string_view::npos;
       begin = page.find("{{")) {
    const std::size_t end = page.find("}}", begin);
    const std::string_view name = page.substr(begin + 2, end - begin - 2);
    out += page.substr(0, begin);
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const page_field& one) { return one.name == name; });
    if (field != fields.end()) out += field->html;
    page.remove_prefix(end + 2);
  }
  return out += page;
}

// The styles to choose from, without those that only some languages have, but always the one chosen.
std::string style_options(std::string_view chosen, const answerer& times) {
  auto names = style_names(times);
  std::erase_if(names, [](std::string_view name) { return name.starts_with("words:"); });
  std::string html = "<option value=\"\">default";
  const auto add = [&](std::string_view name) {
    (html += name == chosen ? "<option selected>" : "<option>") += escaped(name);
  };
  std::for_each(names.begin(), names.end(), add);
  const bool is_listed = std::find(names.begin(), names.end(), chosen) != names.end();
  if (!chosen.empty() && !is_listed) add(chosen);
  return html;
}

// Parameters that the form does not show, but keeps.
std::string kept_parameters(const protocol::http_target& target) {
  std::string html;
  for (const std::string_view name : {"what", "ascii", "at"}) {
    const std::string_view value = value_of(target, name);
    if (value.empty()) continue;
    ((html += "<input type=\"hidden\" name=\"") += name) += "\" value=\"";
    html += escaped(value) + "\">\n";
  }
  return html;
}

page_fields choice_fields(const http_exchange& asked, std::string_view zone) {
  const std::string_view named = value_of(asked.target, "zone");
  return {{"zone_value", escaped(named.empty() ? zone : named)},
          {"locale_value", escaped(value_of(asked.target, "locale"))},
          {"options", style_options(value_of(asked.target, "style"), asked.times)},
          {"kept", kept_parameters(asked.target)}};
}

// `UTC+13:00`
std::string offset_text(std::int32_t offset) {
  const auto size = static_cast<std::uint32_t>(std::abs(offset));
  base::bounded_text<16> text;
  text << "UTC" << (offset < 0 ? "−" : "+");
  text.number(size / 3600, 2) << ":";
  text.number(size / 60 % 60, 2);
  if (size % 60 != 0) (text << ":").number(size % 60, 2);
  return std::string(text.view());
}

// `UTC+13:00, NZDT, daylight saving time`; some zones have no name for their time but its offset.
std::string offset_words(const clock::local_type& type) {
  std::string text = offset_text(type.offset);
  const std::string& name = type.abbreviation;
  if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') text += ", " + name;
  if (type.dst) text += ", daylight saving time";
  return text;
}

// `Fri, 20 Nov 2026 22:06`, without the day where that is the one of `now`; or `midnight`. Seconds where there are any.
std::string local_text(std::int64_t when, std::int64_t now, std::int32_t offset) {
  constexpr std::size_t zone_size = 4;  // " GMT"
  constexpr std::size_t time_size = 8;
  const auto text = [&](std::int64_t seconds) {
    std::string date(protocol::http_date_of(seconds + offset).view());
    date.resize(date.size() - zone_size);
    return date;
  };
  const auto day = [&](std::int64_t seconds) {
    std::string date = text(seconds);
    date.resize(date.size() - time_size);
    return date;
  };
  std::string whole = text(when);
  if (whole.ends_with("00:00:00") && day(when - 1) == day(now)) return "midnight";
  if (day(when) == day(now)) whole.erase(0, whole.size() - time_size);
  if (whole.ends_with(":00")) whole.resize(whole.size() - 3);
  return whole;
}

page_fields answer_fields(const time_answer& answer) {
  const format::rendering& shown = answer.rendering;
  const std::string_view language = shown.locale.view();
  const auto& until = shown.valid_until;
  const std::int64_t now = answer.time.instant.seconds;
  const clock::local_type& type = *answer.time.type;
  const auto& next = answer.next_transition;
  const std::string zone = escaped(answer.time.zone->name());
  return {{"title", zone + " · Polyclock"},
          {"zone", zone},
          {"text", escaped(shown.text.view())},
          {"lang", language == "und" ? "" : escaped(language)},
          {"locale", escaped(language)},
          {"dir", shown.direction == format::direction::right_to_left ? "rtl" : "ltr"},
          {"until", until ? local_text(until->seconds, now, type.offset) : "the end of time"},
          {"offset", escaped(offset_words(type))},
          {"next", next ? local_text(next->seconds, now, type.offset) + " → " +
                              escaped(offset_words(*next->to))
                        : "none known"}};
}

std::shared_ptr<const std::string> page_of(page_fields fields, page_fields more) {
  std::move(more.begin(), more.end(), std::back_inserter(fields));
  return std::make_shared<const std::string>(filled(embedded::page_html(), fields));
}

}  // namespace

bool wants_page(const http_exchange& asked) noexcept {
  const std::string_view accept = asked.request.accept;
  return protocol::names_type("text/html", accept) &&
         protocol::quality_of("text/html", accept) > protocol::quality_of("text/plain", accept);
}

http_reply page_resource(const http_exchange& asked, std::string_view zone) {
  time_parameters parameters(asked);
  if (const auto wrong = parameters.read_below(zone, {"clock"})) {
    return page_problem(asked, *wrong, zone);
  }
  const time_query& query = parameters.query();
  const time_result result = asked.times.answer(query, asked.cost_max);
  if (result.wants_time()) return later_reply(result.took);
  if (result.error) {
    http_reply reply = page_problem(asked, problem_of(*result.error, "zone"), zone);
    reply.took = result.took;
    return reply;
  }
  http_reply reply =
      kept_reply(html_type, page_of(choice_fields(asked, zone), answer_fields(*result.answer)), {});
  set_max_age(asked, max_age(asked, query, *result.answer, true), reply);
  reply.head.vary = parameters.is_negotiated() ? "Accept, Accept-Language" : "Accept";
  reply.head.content_security_policy = page_policy;
  reply.took = result.took;
  reply.has_etag = true;
  reply.is_repeatable = true;
  return reply;
}

http_reply page_problem(const http_exchange& asked, const problem& why, std::string_view zone) {
  page_fields fields{{"state", "wrong"}, {"title", "Polyclock"}, {"error", escaped(why.detail)}};
  http_reply reply = problem_reply(asked, why);
  reply.kept_body = page_of(choice_fields(asked, zone), std::move(fields));
  reply.body = *reply.kept_body;
  reply.head.content_type = html_type;
  reply.head.content_security_policy = page_policy;
  return reply;
}

std::optional<http_reply> page_part(const http_exchange& asked) {
  const std::string_view path = asked.target.path();
  const bool is_style = path == "/page.css";
  if (!is_style && path != "/page.js") return std::nullopt;
  if (const auto wrong = find_unknown(asked, {})) return problem_reply(asked, *wrong);
  // Of the same release as the page that names it, so it is asked for each time.
  http_reply reply =
      is_style ? reply_of("text/css; charset=utf-8", embedded::page_css(), "no-cache")
               : reply_of("text/javascript; charset=utf-8", embedded::page_js(), "no-cache");
  reply.has_etag = true;
  reply.is_permanent = true;
  return reply;
}

}  // namespace polyclock::service
