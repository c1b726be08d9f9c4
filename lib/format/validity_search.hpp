// Finds until when a text stays the same by rendering it for later instants, where no rule tells: months of other
// calendars, eras, day periods, names of zones. The number of renderings is bounded; beyond it, the last instant
// known to show the same text is the end. The date patterns use it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "clock/instant.hpp"
#include "format/formatter.hpp"
#include "format/validity.hpp"

namespace polyclock::format {

// Where a text may change.
struct change_rules {
  bool only_at_units = false;   // at the candidates alone
  bool has_zone_names = false;  // at any second, whenever ICU gives a zone another name
};

// `next(time)`: the next instant at which the text may change, or after which it has to be rendered again;
// empty where it never changes. `shows(instant)`: whether the text is the same then. Between two candidates it
// changes once at most.
template <typename Next, typename Shows>
class validity_search {
 public:
  // ICU formats a text in 20 to 80 µs.
  static constexpr int renderings_max = 24;

  struct result {
    std::optional<clock::instant> end;  // empty: never
    int renderings = 0;
  };

  validity_search(const zoned_time& from, const change_rules& rules, Next next, Shows shows)
      : from_(from), rules_(rules), next_(std::move(next)), shows_(std::move(shows)) {}

  [[nodiscard]] result find() {
    const auto end = walk();
    return {end, renderings_};
  }

 private:
  // Steps: a year of every calendar by months; four months where zone names are rendered as well, which take
  // the longest.
  [[nodiscard]] int walk_renderings_max() const { return rules_.has_zone_names ? 8 : 15; }
  [[nodiscard]] int all_renderings_max() const {
    return rules_.has_zone_names ? 14 : renderings_max;
  }

  static constexpr std::int64_t day_seconds = 86'400;
  // ICU may rename a zone that never changes; it knows no later change.
  static constexpr std::int64_t far_future = 4'102'444'800;  // 2100

  [[nodiscard]] bool shows(std::int64_t seconds) {
    ++renderings_;
    return shows_(clock::instant{seconds, 0});
  }

  std::optional<clock::instant> walk() {
    std::int64_t same = from_.instant.seconds;
    while (renderings_ < walk_renderings_max()) {
      const auto next = next_(zoned_time({same, 0}, *from_.zone));
      if (!next || next->seconds > clock::seconds_max) return check_far_future(same);
      const std::int64_t before = next->seconds - 1;
      if (rules_.has_zone_names && before > same && !shows(before)) return narrow(same, before);
      if (!shows(next->seconds)) return rules_.only_at_units ? *next : narrow(same, next->seconds);
      same = next->seconds;
    }
    return clock::instant{same, 0};
  }

  std::optional<clock::instant> check_far_future(std::int64_t same) {
    if (!rules_.has_zone_names || same >= far_future || shows(far_future)) return std::nullopt;
    return narrow(same, far_future);
  }

  // The change lies behind `same` and not behind `different`.
  clock::instant narrow(std::int64_t same, std::int64_t different) {
    while (different - same > day_seconds && renderings_ < all_renderings_max())
      halve(same, different);
    while (different - same > 1 && renderings_ + 1 < all_renderings_max()) {
      const auto day_end =
          valid_until(zoned_time({same, 0}, *from_.zone), unit::day, shows_zone::yes);
      if (!day_end || day_end->seconds > different) break;
      if (!shows(day_end->seconds)) {
        different = day_end->seconds;
        if (shows(different - 1)) return {different, 0};
        break;
      }
      same = day_end->seconds;
    }
    while (different - same > 1 && renderings_ < all_renderings_max()) halve(same, different);
    if (different - same == 1) return {different, 0};
    return {std::max(same, from_.instant.seconds + 1), 0};
  }

  void halve(std::int64_t& same, std::int64_t& different) {
    const std::int64_t middle = same + (different - same) / 2;
    (shows(middle) ? same : different) = middle;
  }

  const zoned_time& from_;
  change_rules rules_;
  Next next_;
  Shows shows_;
  int renderings_ = 0;
};

}  // namespace polyclock::format
