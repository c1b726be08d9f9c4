// Whether somebody still reads what is written to a descriptor.
#pragma once

#include <chrono>

namespace polyclock::client {

inline constexpr int standard_output = 1;

// Waits for so long that there is none any more; files and terminals always have one.
[[nodiscard]] bool has_reader(int descriptor, std::chrono::milliseconds wait) noexcept;

}  // namespace polyclock::client
