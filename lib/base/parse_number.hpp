// Numbers as people and programs write them.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace polyclock::base {

// The whole text as a number, without a plus sign or blanks; empty where it is none or out of range.
template <typename Integer>
[[nodiscard]] std::optional<Integer> parse_number(std::string_view text, int base = 10) noexcept {
  Integer value{};
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || last != end) return std::nullopt;
  return value;
}

}  // namespace polyclock::base
