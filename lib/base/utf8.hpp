// Checks text before it reaches a person's terminal or display; used by every decoder of texts.
#pragma once

#include <string>
#include <string_view>

namespace polyclock::base {

// True for well-formed UTF-8 (Unicode 15, table 3-7) without control characters (U+0000-001F, U+007F-009F), line
// and paragraph separators (U+2028, U+2029), and the embeddings, overrides and isolates that reorder the text
// around them (U+202A-202E, U+2066-2069).
[[nodiscard]] bool is_printable_utf8(std::string_view text) noexcept;

// The text with a question mark for each byte that would make it unprintable.
[[nodiscard]] std::string make_printable(std::string_view text);

}  // namespace polyclock::base
