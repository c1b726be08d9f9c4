// A client's own text in an error sentence that goes back to it.
#pragma once

#include <string_view>

#include "format/text.hpp"

namespace polyclock::service {

// Appends the text in quotes: cut at 64 bytes, and without bytes that a terminal might interpret.
void quote(std::string_view quoted, format::text& out) noexcept;

}  // namespace polyclock::service
