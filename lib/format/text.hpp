// The texts that every strategy writes.
#pragma once

#include "base/bounded_text.hpp"

namespace polyclock::format {

// The longest CLDR style of ICU 72 takes 319 bytes (dz); skeletons may take more.
using text = base::bounded_text<512>;
// A language tag or a style's name.
using label = base::bounded_text<96>;

}  // namespace polyclock::format
