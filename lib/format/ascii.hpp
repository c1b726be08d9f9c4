// Folds a text to the bytes 0x20-0x7E for displays that know no others; the services apply it where
// a client or listener asks for ASCII.
#pragma once

#include <string_view>

#include "format/text.hpp"

namespace polyclock::format {

// Writes `text` to `out` without diacritics: in German ä to ae, ö to oe, ü to ue, ß to ss;
// elsewhere macrons and umlauts are dropped; U+00A0 and U+202F become spaces. False where a
// character has no ASCII form.
[[nodiscard]] bool fold_to_ascii(std::string_view text, std::string_view locale,
                                 format::text& out) noexcept;

}  // namespace polyclock::format
