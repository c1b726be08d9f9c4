// Parses the Time Zone Information Format (RFC 9636, versions 1 to 4); the zone database calls it
// for each file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "clock/zone.hpp"

namespace polyclock::clock {

// Maximum file size; the files of the tz database are smaller than 4 KiB.
inline constexpr std::size_t tzif_size_max = 65536;

// The bytes of a regular file, one more than the maximum at most; empty if it cannot be read.
[[nodiscard]] std::optional<std::string> read_tzif_file(const std::filesystem::path& path);

// Empty if the file is malformed or has leap seconds (the `right/` files).
[[nodiscard]] std::optional<zone_rules> parse_tzif(std::span<const std::byte> file);

}  // namespace polyclock::clock
