#include "format/validity.hpp"

#include "clock/civil.hpp"

namespace polyclock::format {

std::optional<clock::instant> valid_until(const zoned_time& time, std::chrono::seconds step,
                                          shows_zone zone) noexcept {
  const std::int64_t length = step.count();
  std::int64_t from = time.instant.seconds;
  std::int64_t offset = time.type->offset;
  const std::int64_t shown = clock::floor_to(from + offset, length);
  while (true) {
    const std::int64_t turn = shown + length - offset;  // where the clock moves on if left alone
    const auto change = time.zone->next_transition(from);
    if (!change || change->seconds > turn) return clock::instant{turn, 0};
    offset = change->to->offset;
    const bool differs = clock::floor_to(change->seconds + offset, length) != shown;
    if (differs || zone == shows_zone::yes) return clock::instant{change->seconds, 0};
    from = change->seconds;
  }
}

}  // namespace polyclock::format
