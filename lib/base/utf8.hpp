// Checks text before it reaches a person's terminal or display; used by every decoder of texts.
#pragma once

#include <string_view>

namespace polyclock::base {

// True for well-formed UTF-8 (Unicode 15, table 3-7) without control characters (U+0000-001F,
// U+007F-009F).
[[nodiscard]] bool is_printable_utf8(std::string_view text) noexcept;

}  // namespace polyclock::base
