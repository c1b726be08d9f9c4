// Parses the Time Zone Information Format (RFC 9636, versions 1 to 4); the zone database calls it
// for each file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "clock/zone.hpp"

namespace polyclock::clock {

// Maximum file size; the files of the tz database are smaller than 4 KiB.
inline constexpr std::size_t tzif_size_max = 65536;

// Empty if the file is malformed or has leap seconds (the `right/` files).
[[nodiscard]] std::optional<zone_rules> parse_tzif(std::span<const std::byte> file);

}  // namespace polyclock::clock
