#include "clock/zone.hpp"

#include <algorithm>

namespace polyclock::clock {
namespace {

auto first_after(const std::vector<type_change>& changes, std::int64_t seconds) noexcept {
  return std::upper_bound(
      changes.begin(), changes.end(), seconds,
      [](std::int64_t when, const type_change& change) { return when < change.seconds; });
}

}  // namespace

zone zone::utc() {
  zone_rules rules;
  rules.types.push_back({0, false, "UTC"});
  rules.footer_text = "UTC0";
  rules.footer = posix_tz::parse(rules.footer_text);
  return {"UTC", std::move(rules)};
}

bool zone::footer_applies(std::int64_t seconds) const noexcept {
  return rules_.footer && (rules_.changes.empty() || seconds >= rules_.changes.back().seconds);
}

const local_type& zone::type_at(std::int64_t seconds) const noexcept {
  if (footer_applies(seconds)) return rules_.footer->type_at(seconds);
  const auto next = first_after(rules_.changes, seconds);
  return next == rules_.changes.begin() ? rules_.types.front()
                                        : rules_.types[std::prev(next)->type];
}

std::optional<transition> zone::next_change(std::int64_t seconds) const noexcept {
  if (footer_applies(seconds)) return rules_.footer->next_after(seconds);
  const auto next = first_after(rules_.changes, seconds);
  if (next == rules_.changes.end()) return std::nullopt;
  return transition{next->seconds, &type_at(next->seconds)};
}

std::optional<transition> zone::last_change(std::int64_t seconds) const noexcept {
  const auto& changes = rules_.changes;
  if (footer_applies(seconds)) {
    const auto last = rules_.footer->last_until(seconds);
    if (last && (changes.empty() || last->seconds > changes.back().seconds)) return last;
  }
  const auto next = first_after(changes, seconds);
  if (next == changes.begin()) return std::nullopt;
  return transition{std::prev(next)->seconds, &rules_.types[std::prev(next)->type]};
}

std::optional<transition> zone::next_transition(std::int64_t seconds) const noexcept {
  const local_type& now = type_at(seconds);
  // The recorded changes are finite. The footer's changes repeat every year: if the first two do
  // not change the offset or the abbreviation, no later one does.
  const std::int64_t recorded_end =
      rules_.changes.empty() ? seconds : rules_.changes.back().seconds;
  int footer_changes = 0;
  for (auto change = next_change(seconds); change; change = next_change(change->seconds)) {
    if (!change->to->same_offset_and_abbreviation(now)) return change;
    if (change->seconds >= recorded_end && ++footer_changes > 3) break;
  }
  return std::nullopt;
}

bool zone::has_rules(const zone_rules& rules) const {
  return rules_.changes == rules.changes && rules_.types == rules.types &&
         rules_.footer_text == rules.footer_text;
}

}  // namespace polyclock::clock
