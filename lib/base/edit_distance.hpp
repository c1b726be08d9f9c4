// How much two names differ; what suggests a name for a mistyped one uses it.
#pragma once

#include <cstddef>
#include <string_view>

namespace polyclock::base {

// The optimal string alignment distance, in which ASCII case is ignored: letters to insert, drop, replace,
// or swap with the next one. `max + 1` where it is more than `max`, or a name has more than 64 letters.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b,
                                        std::size_t max) noexcept;

}  // namespace polyclock::base
