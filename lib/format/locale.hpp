// The parts of a BCP 47 language tag (RFC 5646) that choose a language; strategies check theirs with it.
#pragma once

#include <string_view>

namespace polyclock::format {

// Whether the tag is made of subtags of 1 to 8 ASCII letters or digits, parted by hyphens, and
// begins with a language.
[[nodiscard]] bool is_well_formed(std::string_view tag) noexcept;

// Whether a well-formed tag names this language (lower case) in the Latin script, in any region.
[[nodiscard]] bool is_latin(std::string_view tag, std::string_view language) noexcept;

}  // namespace polyclock::format
