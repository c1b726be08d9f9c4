// The zone that a mistyped name may have meant; the answerer puts it into its error sentence.
#pragma once

#include <string_view>

#include "clock/zone_database.hpp"

namespace polyclock::service {

// The zone with the smallest edit distance to `typed`, at most 2 and a quarter of its length, by the whole name or
// its last part (`Berlin` for `Europe/Berlin`); empty where there is none. ASCII case is ignored.
[[nodiscard]] std::string_view nearest_zone(const clock::zone_database& zones,
                                            std::string_view typed) noexcept;

}  // namespace polyclock::service
