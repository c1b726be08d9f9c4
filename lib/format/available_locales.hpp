// Which locales the CLDR strategy has data for; the services list them.
#pragma once

#include <string>
#include <vector>

namespace polyclock::format {

// BCP 47 tags, sorted by their letters without regard to case.
[[nodiscard]] std::vector<std::string> available_locales();

}  // namespace polyclock::format
