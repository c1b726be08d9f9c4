// The known name that a mistyped one probably means; the messages about unknown names suggest it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace polyclock::base {

// The name with the smallest edit distance to `typed`, at most 2 and a quarter of its length, else
// the first name that begins with `typed`. Empty if there is none. ASCII case is ignored.
[[nodiscard]] std::string_view nearest_name(std::string_view typed,
                                            std::span<const std::string_view> names);

// `; did you mean 'NAME'?`, or nothing if there is no such name.
[[nodiscard]] std::string did_you_mean(std::string_view typed,
                                       std::span<const std::string_view> names);

// `unknown option 'TYPED'` with the same suggestion. `typed` begins with hyphens, `names` do not.
[[nodiscard]] std::string unknown_option(std::string_view typed,
                                         std::span<const std::string_view> names);

}  // namespace polyclock::base
