#include "clock/local_time.hpp"

#include <algorithm>

namespace polyclock::clock {
namespace {

// Offsets of the tz database reach from -16 to +16 hours, so each instant of a local time is within a day of it.
constexpr std::int64_t day = 86'400;

}  // namespace

local_instants::local_instants(const zone& zone, std::int64_t local_seconds) noexcept {
  std::int64_t begin = local_seconds - day;
  const local_type* type = &zone.type_at(begin);
  while (size_ < found_.size()) {
    const auto change = zone.next_change(begin);
    const std::int64_t end = change ? change->seconds : local_seconds + 2 * day;
    const std::int64_t instant = local_seconds - type->offset;
    if (instant >= begin && instant < end) found_[size_++] = instant;
    if (!change || end > local_seconds + day) break;
    const std::int64_t before = end + type->offset;
    const std::int64_t after = end + change->to->offset;
    if (local_seconds >= before && local_seconds < after) gap_ = change;
    begin = end;
    type = change->to;
  }
  std::sort(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(size_));
  if (size_ > 0) gap_.reset();
}

}  // namespace polyclock::clock
