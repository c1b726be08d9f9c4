// How this folder tells the daemon what went wrong outside any one connection: one short line,
// rarely.
#pragma once

#include <functional>
#include <string_view>

namespace polyclock::net {

// Called from any worker's thread.
using reporter = std::function<void(std::string_view event)>;

}  // namespace polyclock::net
