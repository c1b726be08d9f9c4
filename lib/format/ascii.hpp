// Folds a text to the bytes 0x20-0x7E for displays that know no others; the services apply it where
// a client or listener asks for ASCII.
#pragma once

#include <string_view>

#include "format/text.hpp"

namespace polyclock::format {

// Appends `in` (UTF-8) to `out` in ASCII: in German and Swiss German ä to ae, ö to oe, ü to ue; everywhere else by Unicode's
// compatibility decomposition without marks (macrons, accents, cedillas; º to o, ʷ to w); ß, æ, ł and their
// like by table; no-break and thin spaces to spaces. False where a character has no such form, as in other
// scripts.
[[nodiscard]] bool fold_to_ascii(std::string_view in, std::string_view locale, text& out) noexcept;

}  // namespace polyclock::format
