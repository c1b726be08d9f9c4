// Every how many-th locale a test looks at.
#pragma once

#include <cstddef>

namespace polyclock::test {

#ifdef POLYCLOCK_SANITIZED
inline constexpr std::size_t locale_step = 40;  // sanitizers take their time
#else
inline constexpr std::size_t locale_step = 1;
#endif

}  // namespace polyclock::test
