// Answers which zones or locales there are, a page at a time; the DT service calls it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clock/zone_database.hpp"
#include "protocol/listing.hpp"

namespace polyclock::service {

// Whether a name is meant by a pattern, ASCII case folded: with `*` (any letters) and `?` (one) the whole
// name must match, else it must contain the pattern.
[[nodiscard]] bool matches(std::string_view name, std::string_view pattern) noexcept;

// Writes the page that a request asks for; returns its size. `locales` are sorted.
[[nodiscard]] std::size_t write_page(const protocol::list_request& request,
                                     const clock::zone_database& zones,
                                     const std::vector<std::string>& locales,
                                     std::span<std::byte> out) noexcept;

// Likewise of sorted lines.
[[nodiscard]] std::size_t write_page(const protocol::list_request& request,
                                     const std::vector<std::string>& lines,
                                     std::span<std::byte> out) noexcept;

}  // namespace polyclock::service
