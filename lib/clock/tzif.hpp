// Reads the Time Zone Information Format (RFC 9636, versions 1 to 4); the zone database calls it
// for each file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "clock/zone.hpp"

namespace polyclock::clock {

// The largest file that is read; the tz database's own are below 4 KiB.
inline constexpr std::size_t tzif_size_max = 65536;

// Nothing where the bytes break the format, or count leap seconds (the `right/` files).
[[nodiscard]] std::optional<zone_rules> parse_tzif(std::span<const std::byte> file);

}  // namespace polyclock::clock
