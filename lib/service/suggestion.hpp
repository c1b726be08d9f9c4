// The zone that a mistyped name may have meant; the answerer puts it into its error sentence.
#pragma once

#include <string_view>

#include "clock/zone_database.hpp"

namespace polyclock::service {

// The name that differs from `name` in the fewest letters (Levenshtein distance, ASCII case
// folded), at most two, or whose last part is `name` (`Berlin` for `Europe/Berlin`); empty where
// there is none.
[[nodiscard]] std::string_view nearest_zone(const clock::zone_database& zones,
                                            std::string_view name) noexcept;

}  // namespace polyclock::service
