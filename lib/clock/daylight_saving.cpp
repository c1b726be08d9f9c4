#include "clock/daylight_saving.hpp"

namespace polyclock::clock {
namespace {

constexpr int changes_max = 1000;  // of one zone that are looked at

// The first change after an instant from whose type on the flag is `dst`.
std::optional<transition> next_with(const zone& zone, std::int64_t seconds, bool dst) noexcept {
  auto change = zone.next_change(seconds);
  for (int i = 0; change && change->to->dst != dst && i < changes_max; ++i) {
    change = zone.next_change(change->seconds);
  }
  return change && change->to->dst == dst ? change : std::nullopt;
}

// When a time with the flag `dst` began that lasts at an instant; empty where it has no beginning.
std::optional<std::int64_t> begin_of(const zone& zone, std::int64_t seconds, bool dst) noexcept {
  std::optional<std::int64_t> begin;
  auto change = zone.last_change(seconds);
  for (int i = 0; change && change->to->dst == dst && i < changes_max; ++i) {
    begin = change->seconds;
    change = zone.last_change(change->seconds - 1);
  }
  // Before the first change its zone has another type.
  const bool is_open = !change && begin && zone.type_at(*begin - 1).dst == dst;
  return is_open ? std::nullopt : begin;
}

}  // namespace

daylight_saving daylight_saving_at(const zone& zone, std::int64_t seconds) noexcept {
  const local_type& now = zone.type_at(seconds);
  daylight_saving found;
  found.standard_offset = now.offset;
  const auto begin = begin_of(zone, seconds, now.dst);
  const auto change = next_with(zone, seconds, !now.dst);
  if (now.dst) {
    if (begin) {
      found.standard_offset = zone.type_at(*begin - 1).offset;
    } else if (change) {
      found.standard_offset = change->to->offset;
    }
    found.from = begin;
    found.until = change ? std::optional(change->seconds) : std::nullopt;
  } else if (change) {
    found.from = change->seconds;
    found.until = begin;
  }
  return found;
}

}  // namespace polyclock::clock
