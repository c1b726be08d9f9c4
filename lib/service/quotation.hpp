// A client's own words in a sentence that goes back to it; every refusal that names them uses it.
#pragma once

#include <string_view>

#include "format/text.hpp"

namespace polyclock::service {

// Appends the words in quotes: cut at 64 bytes, and without bytes that a terminal might execute.
void quote(std::string_view words, format::text& out) noexcept;

}  // namespace polyclock::service
