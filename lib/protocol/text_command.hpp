// What a line of the text conversation asks for; the text service executes it.
#pragma once

#include <cstdint>
#include <string_view>

namespace polyclock::protocol {

enum class text_verb : std::uint8_t {
  none = 1,  // an empty line
  unknown,
  date,
  time,
  now,
  locale,
  zone,
  style,
  help,
  bye,
};

struct text_command {
  text_verb verb;
  std::string_view argument;  // of locale, zone and style; empty: none. Of unknown: the line
};

// Reads a line in any case and with any space around its words. Only locale, zone and style take
// arguments.
[[nodiscard]] text_command parse_text_command(std::string_view line) noexcept;

}  // namespace polyclock::protocol
