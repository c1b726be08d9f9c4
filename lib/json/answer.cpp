#include "json/answer.hpp"

#include <optional>
#include <utility>

#include "protocol/rfc3339.hpp"

namespace polyclock::json {
namespace {

using boost::json::value;
using protocol::format_instant;

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

void add_text(object& to, const protocol::answer& answer) {
  to["text"] = answer.text;
  to["what"] = name_of(answer.what);
  to["locale"] = answer.locale;
  to["direction"] = name_of(answer.direction);
  to["style"] = answer.style;
}

void add_civil(object& to, const protocol::civil_fields& civil) {
  to["year"] = civil.year;
  to["month"] = civil.month;
  to["day"] = civil.day;
  to["hour"] = civil.hour;
  to["minute"] = civil.minute;
  to["second"] = civil.second;
  to["weekday"] = civil.weekday;
  to["day_of_year"] = civil.day_of_year;
  to["iso_week_year"] = civil.iso_year;
  to["iso_week"] = civil.iso_week;
}

void add_transition(object& to, const std::optional<protocol::transition_fields>& transition) {
  value& member = to["next_transition"];
  if (!transition) return;
  object next(to.storage());
  add_instant(next, transition->instant);
  add_offset(next, transition->to);
  member = std::move(next);
}

void set_error(value& member, std::uint32_t microseconds) {
  if (microseconds != protocol::unknown_error_us) member = microseconds;
}

void add_clock(object& to, const protocol::clock_fields& clock) {
  object quality(to.storage());
  quality["synchronized"] = clock.synchronized;
  quality["leap_indicator"] = clock.leap_indicator;
  set_error(quality["estimated_error_us"], clock.estimated_error_us);
  set_error(quality["maximum_error_us"], clock.maximum_error_us);
  to["clock"] = std::move(quality);
}

}  // namespace

void add_instant(object& to, protocol::timestamp when) {
  to["instant"] = format_instant(when).view();
  to["unix_seconds"] = when.seconds;
}

void add_offset(object& to, const protocol::offset_fields& offset) {
  to["utc_offset"] = offset.seconds;
  to["dst"] = offset.dst;
  to["abbreviation"] = offset.abbreviation;
}

object whole_answer(const protocol::answer& answer, const storage_ptr& memory) {
  object all(memory);
  add_text(all, answer);
  add_instant(all, answer.instant);
  all["nanoseconds"] = answer.instant.nanoseconds;
  add_civil(all, answer.civil);
  all["zone"] = answer.zone;
  add_offset(all, answer.offset);
  value& until = all["valid_until"];
  if (answer.valid_until) until = format_instant(*answer.valid_until).view();
  value& until_seconds = all["valid_until_unix_seconds"];
  if (answer.valid_until) until_seconds = answer.valid_until->seconds;
  add_transition(all, answer.next_transition);
  value& version = all["tz_version"];
  if (!answer.tz_version.empty()) version = answer.tz_version;
  add_clock(all, answer.clock);
  return all;
}

object lasting_answer(const protocol::answer& answer, const storage_ptr& memory) {
  object lasting(memory);
  add_text(lasting, answer);
  lasting["zone"] = answer.zone;
  add_offset(lasting, answer.offset);
  value& until = lasting["valid_until"];
  if (answer.valid_until) until = format_instant(*answer.valid_until).view();
  add_transition(lasting, answer.next_transition);
  return lasting;
}

}  // namespace polyclock::json
