#include "json.hpp"

#include <boost/json/src.hpp>

#include "client/rfc3339.hpp"

namespace polyclock {
namespace {

namespace json = boost::json;
using client::format_instant;

const char* name_of(protocol::subject what) {
  switch (what) {
    case protocol::subject::date:
      return "date";
    case protocol::subject::time:
      return "time";
    case protocol::subject::both:
      break;
  }
  return "both";
}

const char* name_of(protocol::text_direction direction) {
  return direction == protocol::text_direction::right_to_left ? "rtl" : "ltr";
}

void put(json::object& object, const protocol::civil_fields& civil) {
  object["year"] = civil.year;
  object["month"] = civil.month;
  object["day"] = civil.day;
  object["hour"] = civil.hour;
  object["minute"] = civil.minute;
  object["second"] = civil.second;
  object["weekday"] = civil.weekday;
  object["day_of_year"] = civil.day_of_year;
  object["iso_week_year"] = civil.iso_year;
  object["iso_week"] = civil.iso_week;
}

void put(json::object& object, const protocol::offset_fields& offset) {
  object["utc_offset"] = offset.seconds;
  object["dst"] = offset.dst;
  object["abbreviation"] = std::string(offset.abbreviation);
}

json::value to_value(const std::optional<protocol::transition_fields>& transition) {
  if (!transition) return nullptr;
  json::object object;
  object["instant"] = format_instant(transition->instant);
  object["unix_seconds"] = transition->instant.seconds;
  put(object, transition->to);
  return object;
}

json::value error_value(std::uint32_t microseconds) {
  return microseconds == protocol::unknown_error_us ? json::value() : json::value(microseconds);
}

json::value to_value(const protocol::clock_fields& clock) {
  return json::object{{"synchronized", clock.synchronized},
                      {"leap_indicator", clock.leap_indicator},
                      {"estimated_error_us", error_value(clock.estimated_error_us)},
                      {"maximum_error_us", error_value(clock.maximum_error_us)}};
}

}  // namespace

std::string to_json(const protocol::answer& answer, const std::string& server,
                    const std::optional<host_offset>& offset) {
  json::object object;
  object["text"] = std::string(answer.text);
  object["what"] = name_of(answer.what);
  object["locale"] = std::string(answer.locale);
  object["direction"] = name_of(answer.direction);
  object["style"] = std::string(answer.style);
  object["instant"] = format_instant(answer.instant);
  object["unix_seconds"] = answer.instant.seconds;
  object["nanoseconds"] = answer.instant.nanoseconds;
  put(object, answer.civil);
  object["zone"] = std::string(answer.zone);
  put(object, answer.offset);
  object["valid_until"] = nullptr;
  object["valid_until_unix_seconds"] = nullptr;
  if (answer.valid_until) {
    object["valid_until"] = format_instant(*answer.valid_until);
    object["valid_until_unix_seconds"] = answer.valid_until->seconds;
  }
  object["next_transition"] = to_value(answer.next_transition);
  object["tz_version"] = nullptr;
  if (!answer.tz_version.empty()) object["tz_version"] = std::string(answer.tz_version);
  object["clock"] = to_value(answer.clock);
  object["host_offset_us"] = nullptr;
  object["host_offset_uncertainty_us"] = nullptr;
  if (offset) {
    object["host_offset_us"] = offset->offset.count();
    object["host_offset_uncertainty_us"] = offset->uncertainty.count();
  }
  object["server"] = server;
  return json::serialize(object);
}

std::string to_json(const protocol::classic_response& response, const std::string& server) {
  return json::serialize(json::object{{"text", std::string(response.text)},
                                      {"language", static_cast<int>(response.language)},
                                      {"year", response.year},
                                      {"month", response.month},
                                      {"day", response.day},
                                      {"hour", response.hour},
                                      {"minute", response.minute},
                                      {"server", server}});
}

std::string to_json(const std::vector<std::string>& names) {
  return json::serialize(json::array(names.begin(), names.end()));
}

std::string statistics_to_json(const std::vector<std::string>& lines) {
  json::object object;
  for (const std::string& line : lines) {
    const std::size_t name_end = line.rfind(' ');
    if (name_end == std::string::npos) continue;
    boost::system::error_code error;
    const json::value number = json::parse(line.substr(name_end + 1), error);
    object[line.substr(0, name_end)] = error || !number.is_number() ? json::value() : number;
  }
  return json::serialize(object);
}

}  // namespace polyclock
