#include "service/wire_answer.hpp"

namespace polyclock::service {
namespace {

// Both number date, time and both as 1, 2 and 3.
protocol::subject on_wire(format::components what) noexcept {
  return static_cast<protocol::subject>(what);
}

protocol::civil_fields on_wire(const clock::civil_time& civil) noexcept {
  return {static_cast<std::uint16_t>(civil.year),
          civil.month,
          civil.day,
          civil.hour,
          civil.minute,
          civil.second,
          civil.weekday,
          civil.day_of_year,
          static_cast<std::uint16_t>(civil.iso_year),
          civil.iso_week};
}

}  // namespace

protocol::timestamp on_wire(const clock::instant& instant) noexcept {
  return {instant.seconds, instant.nanoseconds};
}

protocol::offset_fields on_wire(const clock::local_type& type) noexcept {
  return {type.offset, type.dst, type.abbreviation};
}

protocol::answer on_wire(const time_answer& found, std::uint32_t id,
                         format::components what) noexcept {
  protocol::answer answer;
  answer.id = id;
  answer.what = on_wire(what);
  answer.text = found.rendering.text.view();
  answer.locale = found.rendering.locale.view();
  answer.style = found.rendering.style.view();
  answer.direction = static_cast<protocol::text_direction>(found.rendering.direction);
  answer.instant = on_wire(found.time.instant);
  answer.civil = on_wire(found.time.civil);
  answer.zone = found.time.zone->name();
  answer.offset = on_wire(*found.time.type);
  if (found.rendering.valid_until) answer.valid_until = on_wire(*found.rendering.valid_until);
  if (const auto& next = found.next_transition) {
    answer.next_transition = {{next->seconds, 0}, on_wire(*next->to)};
  }
  answer.tz_version = found.tz_version;
  answer.clock = {found.quality.synchronized, found.quality.leap_indicator,
                  found.quality.estimated_error_us, found.quality.maximum_error_us};
  return answer;
}

}  // namespace polyclock::service
