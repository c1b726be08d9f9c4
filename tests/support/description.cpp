#include "support/description.hpp"

#include <array>
#include <cstdio>

namespace polyclock::test {
namespace {

using std::to_string;

std::string text(std::string_view view) {
  return std::string(view);
}

std::string text(protocol::timestamp when) {
  return to_string(when.seconds) + " " + to_string(when.nanoseconds);
}

std::string text(const protocol::offset_fields& offset) {
  return to_string(offset.seconds) + (offset.dst ? " dst " : " std ") + text(offset.abbreviation);
}

std::string text(protocol::subject what) {
  if (what == protocol::subject::both) return "both";
  return what == protocol::subject::date ? "date" : "time";
}

std::string text(const protocol::civil_fields& civil) {
  std::array<char, 96> out{};
  std::snprintf(out.data(), out.size(),
                "%04u-%02u-%02u %02u:%02u:%02u weekday %u day %u week %u-%u", civil.year,
                civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.weekday,
                civil.day_of_year, civil.iso_year, civil.iso_week);
  return out.data();
}

std::string text(const protocol::clock_fields& clock) {
  return std::string(clock.synchronized ? "synchronized" : "unsynchronized") + " leap " +
         to_string(clock.leap_indicator) + " estimated " + to_string(clock.estimated_error_us) +
         " maximum " + to_string(clock.maximum_error_us);
}

}  // namespace

description describe(const protocol::classic_request& request) {
  std::array<char, 8> magic{};
  std::snprintf(magic.data(), magic.size(), "0x%04x", request.magic);
  return {{"magic", magic.data()}, {"what", text(request.what)}};
}

description describe(const protocol::classic_response& response) {
  return {{"language", to_string(static_cast<int>(response.language))},
          {"year", to_string(response.year)},
          {"month", to_string(response.month)},
          {"day", to_string(response.day)},
          {"hour", to_string(response.hour)},
          {"minute", to_string(response.minute)},
          {"text", text(response.text)}};
}

description describe(const protocol::query& query) {
  description lines{{"id", to_string(query.id)}, {"what", text(query.what)}};
  if (!query.style.empty()) lines.emplace_back("style", query.style);
  for (const auto locale : query.locale_list()) lines.emplace_back("locale", locale);
  if (query.zone) lines.emplace_back("zone", *query.zone);
  if (query.instant) lines.emplace_back("instant", text(*query.instant));
  lines.emplace_back("ascii", query.ascii ? "yes" : "no");
  if (query.ahead > 0) lines.emplace_back("ahead", to_string(query.ahead));
  return lines;
}

description describe(const protocol::answer& answer) {
  description lines{
      {"id", to_string(answer.id)},
      {"what", text(answer.what)},
      {"text", text(answer.text)},
      {"locale", text(answer.locale)},
      {"direction", answer.direction == protocol::text_direction::left_to_right ? "ltr" : "rtl"},
      {"style", text(answer.style)},
      {"instant", text(answer.instant)},
      {"civil", text(answer.civil)},
      {"zone", text(answer.zone)},
      {"offset", text(answer.offset)}};
  if (answer.valid_until) lines.emplace_back("valid_until", text(*answer.valid_until));
  if (answer.next_transition) {
    lines.emplace_back("next_transition", text(answer.next_transition->instant) + " " +
                                              text(answer.next_transition->to));
  }
  if (!answer.tz_version.empty()) lines.emplace_back("tz_version", text(answer.tz_version));
  lines.emplace_back("clock", text(answer.clock));
  protocol::answer rest = answer;
  while (const auto later = next_later(rest)) {
    lines.emplace_back("later", to_string(later->from) + " " + std::string(later->text));
  }
  return lines;
}

description describe(const protocol::error& error) {
  return {{"id", to_string(error.id)},
          {"code", text(name_of(error.code))},
          {"message", text(error.message)}};
}

std::string kind_name(protocol::name_kind kind) {
  if (kind == protocol::name_kind::zones) return "zones";
  return kind == protocol::name_kind::locales ? "locales" : "statistics";
}

description describe(const protocol::list_request& request) {
  description lines{{"id", to_string(request.id)}, {"names", kind_name(request.kind)}};
  if (!request.pattern.empty()) lines.emplace_back("pattern", request.pattern);
  if (!request.after.empty()) lines.emplace_back("after", request.after);
  return lines;
}

description describe(protocol::name_page page) {
  description lines{{"id", to_string(page.id)}};
  for (auto name = next_name(page); !name.empty(); name = next_name(page)) {
    lines.emplace_back("entry", name);
  }
  lines.emplace_back("more", page.more ? "yes" : "no");
  return lines;
}

description describe(const protocol::fault& fault, protocol::decode_status status) {
  return {{"id", to_string(fault.id)},
          {"code", text(name_of(fault.code))},
          {"then", status == protocol::decode_status::complete ? "go on" : "close"}};
}

}  // namespace polyclock::test
