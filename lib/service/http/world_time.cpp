#include "service/http/world_time.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <optional>
#include <string>

#include "base/ascii.hpp"
#include "clock/civil.hpp"
#include "clock/daylight_saving.hpp"
#include "service/http/json_body.hpp"
#include "service/http/parameters.hpp"
#include "service/http/problem.hpp"

namespace polyclock::service {
namespace {

using protocol::http_status;

constexpr std::string_view root = "/api";

// What a path asks for: `/api/timezone/Europe/Berlin.txt` is the location Europe/Berlin of `timezone`, as text.
struct asked_path {
  std::string_view resource;
  std::string_view rest;
  bool is_text = false;
};

bool remove_suffix(std::string_view& path, std::string_view suffix) {
  const bool has = path.size() >= suffix.size() &&
                   base::equal_ignoring_case(path.substr(path.size() - suffix.size()), suffix);
  if (has) path.remove_suffix(suffix.size());
  return has;
}

asked_path take_apart(std::string_view path) {
  asked_path parts;
  remove_suffix(path, "/");
  parts.is_text = remove_suffix(path, ".txt");
  if (!parts.is_text) remove_suffix(path, ".json");
  path.remove_prefix(std::min(root.size() + 1, path.size()));
  const std::size_t end = std::min(path.find('/'), path.size());
  parts.resource = path.substr(0, end);
  parts.rest = path.substr(std::min(end + 1, path.size()));
  return parts;
}

http_reply text_or_json(const http_exchange& asked, bool is_text,
                        const boost::json::object& object) {
  if (!is_text) return reply_of(json_type, json_body(object, asked.scratch), no_store);
  base::bounded_text<4096> lines;
  for (const auto& [key, value] : object) {
    lines << std::string_view(key) << ": ";
    if (value.is_string()) {
      lines << std::string_view(value.get_string());
    } else if (!value.is_null()) {
      lines << boost::json::serialize(value);
    }
    lines << "\n";
  }
  const std::string_view text = lines.view();
  std::copy(text.begin(), text.end(), asked.scratch.body.begin());
  return reply_of(text_type, {asked.scratch.body.data(), text.size()}, no_store);
}

std::string offset_text(std::int32_t seconds) {
  std::array<char, 16> text{};
  const char sign = seconds < 0 ? '-' : '+';
  const int size = std::abs(seconds);
  std::snprintf(text.data(), text.size(), "%c%02d:%02d", sign, size / 3600, size / 60 % 60);
  return text.data();
}

// With six decimals, or none; always with an offset in hours and minutes.
std::string date_time(const clock::civil_time& civil, std::int32_t offset,
                      std::optional<std::uint32_t> nanoseconds) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month,
                civil.day, civil.hour, civil.minute, civil.second);
  std::string all = text.data();
  if (nanoseconds) {
    std::snprintf(text.data(), text.size(), ".%06u", *nanoseconds / 1000);
    all += text.data();
  }
  return all + offset_text(offset);
}

void set_instant(boost::json::value& member, const std::optional<std::int64_t>& seconds) {
  if (seconds) member = date_time(clock::to_civil(*seconds), 0, std::nullopt);
}

std::string address_text(const protocol::peer_address& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.size == 0) return "127.0.0.1";  // of a Unix socket: this host
  inet_ntop(peer.size == 4 ? AF_INET : AF_INET6, peer.bytes.data(), text.data(), text.size());
  return text.data();
}

// In this order, which clients rely on.
void add_time(boost::json::object& to, const clock::zone& zone, clock::instant when) {
  const format::zoned_time time(when, zone);
  const clock::daylight_saving saving = clock::daylight_saving_at(zone, when.seconds);
  const std::int32_t offset = time.type->offset;
  to["utc_offset"] = offset_text(offset);
  to["timezone"] = zone.name();
  to["day_of_week"] = time.civil.weekday % 7;  // 0: Sunday
  to["day_of_year"] = time.civil.day_of_year;
  to["datetime"] = date_time(time.civil, offset, when.nanoseconds);
  to["utc_datetime"] = date_time(clock::to_civil(when.seconds), 0, when.nanoseconds);
  to["unixtime"] = when.seconds;
  to["raw_offset"] = saving.standard_offset;
  to["week_number"] = time.civil.iso_week;
  to["dst"] = time.type->dst;
  to["abbreviation"] = time.type->abbreviation;
  to["dst_offset"] = offset - saving.standard_offset;
  set_instant(to["dst_from"], saving.from);
  set_instant(to["dst_until"], saving.until);
}

http_reply time_reply(const http_exchange& asked, const clock::zone& zone, bool is_text,
                      std::string_view address) {
  clock::instant when = asked.times.now();
  const std::string_view at = value_of(asked.target, "at");
  if (!at.empty()) {
    const auto instant = instant_of(at);
    const bool is_in_range =
        instant && instant->seconds >= clock::seconds_min && instant->seconds <= clock::seconds_max;
    if (!is_in_range) return world_time_error(asked, http_status::bad_request, "malformed at");
    when = *instant;
  }
  json_memory memory(asked.scratch);
  boost::json::object object(memory.get());
  add_time(object, zone, when);
  object["client_ip"] = address;
  return text_or_json(asked, is_text, object);
}

bool is_in_area(std::string_view name, std::string_view area) {
  return name.size() > area.size() && name[area.size()] == '/' &&
         base::equal_ignoring_case(name.substr(0, area.size()), area);
}

// Every location of an area, or all there are.
http_reply location_list(const http_exchange& asked, std::string_view area, bool is_text) {
  auto body = std::make_shared<std::string>(is_text ? "" : "[");
  const char* separator = is_text ? "" : "\"";
  for (const clock::zone& zone : asked.times.zones().zones()) {
    if (!area.empty() && !is_in_area(zone.name(), area)) continue;
    *body += separator + std::string(zone.name()) + (is_text ? "\n" : "\"");
    if (!is_text) separator = ",\"";
  }
  if (!is_text) *body += "]";
  return kept_reply(is_text ? text_type : json_type, std::move(body), no_store);
}

http_reply unknown_location(const http_exchange& asked, std::string_view name) {
  format::text& why = asked.scratch.detail;
  why = "unknown location ";
  for (const char c : name.substr(0, 64)) why << (c >= 0x20 && c <= 0x7E ? c : '?');
  return world_time_error(asked, http_status::not_found, why.view());
}

http_reply timezone_resource(const http_exchange& asked, const asked_path& path) {
  const clock::zone_database& zones = asked.times.zones();
  if (path.rest.empty()) return location_list(asked, {}, path.is_text);
  if (const clock::zone* const zone = zones.find(path.rest)) {
    return time_reply(asked, *zone, path.is_text, address_text(asked.peer));
  }
  const bool is_area =
      std::any_of(zones.zones().begin(), zones.zones().end(),
                  [&](const clock::zone& zone) { return is_in_area(zone.name(), path.rest); });
  if (is_area) return location_list(asked, path.rest, path.is_text);
  return unknown_location(asked, path.rest);
}

// The host itself, and the networks of which no database could say where they are (RFC 1918, 4193, 3927, 4291).
bool is_private(const protocol::peer_address& address) {
  const auto& b = address.bytes;
  if (address.size == 4) {
    return b[0] == 127 || b[0] == 10 || (b[0] == 172 && b[1] >> 4 == 1) ||
           (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254);
  }
  const bool is_loopback =
      std::all_of(b.begin(), b.end() - 1, [](auto x) { return x == 0; }) && b[15] == 1;
  return is_loopback || (b[0] & 0xFE) == 0xFC || (b[0] == 0xFE && b[1] >> 6 == 2);
}

std::optional<protocol::peer_address> parse_address(std::string_view text) {
  const std::string word(text);
  protocol::peer_address address;
  if (inet_pton(AF_INET, word.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
  } else if (inet_pton(AF_INET6, word.c_str(), address.bytes.data()) == 1) {
    address.size = 16;
  } else {
    return std::nullopt;
  }
  return address;
}

// Where no database says where an address is, the listener's zone is as good as any for one that is near.
http_reply address_resource(const http_exchange& asked, const asked_path& path) {
  protocol::peer_address address = asked.peer;
  if (!path.rest.empty()) {
    const auto named = parse_address(path.rest);
    if (!named) return world_time_error(asked, http_status::bad_request, "malformed ip");
    address = *named;
    const bool is_peer = address.size == asked.peer.size && address.bytes == asked.peer.bytes;
    if (!is_peer && !is_private(address)) return unknown_location(asked, path.rest);
  }
  const clock::zone* const zone = asked.times.zones().find(asked.own.zone);
  if (zone == nullptr) return unknown_location(asked, asked.own.zone);
  return time_reply(asked, *zone, path.is_text, address_text(address));
}

}  // namespace

bool is_world_time(std::string_view path) noexcept {
  return base::equal_ignoring_case(path.substr(0, root.size()), root) &&
         (path.size() == root.size() || path[root.size()] == '/');
}

http_reply world_time_error(const http_exchange& asked, http_status status, std::string_view why) {
  const bool is_text = take_apart(asked.target.path()).is_text;
  http_reply reply;
  if (is_text) {
    std::copy(why.begin(), why.end(), asked.scratch.body.begin());
    reply = reply_of(text_type, {asked.scratch.body.data(), why.size()}, no_store);
  } else {
    json_memory memory(asked.scratch);
    boost::json::object object(memory.get());
    object["error"] = why;
    reply = reply_of(json_type, json_body(object, asked.scratch), no_store);
  }
  reply.head.status = status;
  const auto code = status == http_status::not_found ? protocol::error_code::unknown_zone
                                                     : protocol::error_code::malformed;
  reply.error = static_cast<std::uint8_t>(code);
  return reply;
}

http_reply world_time_resource(const http_exchange& asked) {
  const asked_path path = take_apart(asked.target.path());
  if (base::equal_ignoring_case(path.resource, "timezone")) return timezone_resource(asked, path);
  if (base::equal_ignoring_case(path.resource, "ip")) return address_resource(asked, path);
  return world_time_error(asked, http_status::not_found, "unknown path");
}

}  // namespace polyclock::service
