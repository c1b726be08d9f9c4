#include "service/http/resources.hpp"

#include <optional>

#include "service/http/convert_resource.hpp"
#include "service/http/event_stream.hpp"
#include "service/http/openapi.hpp"
#include "service/http/page_resource.hpp"
#include "service/http/parameters.hpp"
#include "service/http/problem.hpp"
#include "service/http/text_resource.hpp"
#include "service/http/time_resource.hpp"
#include "service/http/world_time.hpp"

namespace polyclock::service {
namespace {

using protocol::http_status;

http_reply unknown_path(const http_exchange& asked) {
  return problem_reply(asked, {http_status::not_found, "unknown_path",
                               "no such resource; /openapi.json lists them all"});
}

http_reply admin_text(std::string_view text, http_status status = http_status::ok) {
  http_reply reply = reply_of(text_type, text, no_store);
  reply.head.status = status;
  return reply;
}

// Counters are rarely asked for, but often long.
http_reply metrics_reply(const statistics& admin) {
  const auto latest = admin.latest();
  return kept_reply("text/plain; version=0.0.4; charset=utf-8",
                    std::shared_ptr<const std::string>(latest, &latest->exposition), no_store);
}

// Only where the listener says so; else they are as unknown as any other path.
std::optional<http_reply> get_admin(const http_exchange& asked, const statistics& admin) {
  const std::string_view path = asked.target.path();
  if (!http_resources::is_admin(path)) return std::nullopt;
  if (const auto wrong = find_unknown(asked, {})) return problem_reply(asked, *wrong);
  if (path == "/livez") return admin_text("ok");
  if (path == "/readyz") {
    return admin.is_draining() ? admin_text("draining", http_status::unavailable)
                               : admin_text("ok");
  }
  return metrics_reply(admin);
}

// `zone`: the one that the path names, if any.
http_reply get_line_or_page(const http_exchange& asked, std::string_view zone) {
  return wants_page(asked) ? page_resource(asked, zone) : line_resource(asked, zone);
}

// A path that is no resource may be a zone's name, but not one of our own names misspelt.
http_reply get_zone(const http_exchange& asked, std::string_view name) {
  if (asked.times.zones().find(name) != nullptr) return get_line_or_page(asked, name);
  if (name.starts_with("v1/")) return unknown_path(asked);
  if (asked.cost_max < protocol::cost::loaded) return later_reply(protocol::cost::loaded);
  problem why = unknown_zone(asked, name, "");
  if (why.suggestion.empty()) return unknown_path(asked);
  http_reply reply = wants_page(asked) ? page_problem(asked, why, name) : problem_reply(asked, why);
  reply.took = protocol::cost::loaded;
  return reply;
}

}  // namespace

bool http_resources::is_admin(std::string_view path) noexcept {
  return path == "/livez" || path == "/readyz" || path == "/metrics";
}

http_reply http_resources::get(const http_exchange& asked) {
  constexpr std::string_view zones = "/v1/zones/";
  const std::string_view path = asked.target.path();
  if (path == "/v1/text") return text_resource(asked);
  if (path == "/v1/text.txt") return plain_text_resource(asked);
  if (path == "/v1/time") return time_resource(asked);
  if (path == "/v1/events") return events_resource(asked);
  if (path == "/") return get_line_or_page(asked, {});
  if (is_world_time(path)) return world_time_resource(asked);
  if (path == "/v1/convert") return convert_resource(asked);
  if (path == "/v1/zones") return zones_resource(asked, lists);
  if (path.starts_with(zones)) return zone_resource(asked, path.substr(zones.size()));
  if (path == "/v1/locales") return locales_resource(asked, lists);
  if (path == "/v1/styles") return styles_resource(asked);
  if (path == "/openapi.json") return openapi_resource(asked);
  if (auto reply = page_part(asked)) return *reply;
  if (admin) {
    if (auto reply = get_admin(asked, *admin)) return *reply;
  }
  return get_zone(asked, path.substr(1));
}

}  // namespace polyclock::service
