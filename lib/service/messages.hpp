// The messages of the text conversation besides dates and times, in the three languages that have phrases of their
// own; the text service picks by the peer's locale.
#pragma once

#include <string_view>

namespace polyclock::service {

struct messages {
  std::string_view language;
  std::string_view help;
  std::string_view goodbye;
  // What was set; the value follows.
  std::string_view locale;
  std::string_view zone;
  std::string_view style;
  // Around an unknown command.
  std::string_view before_unknown;
  std::string_view after_unknown;
};

// For a well-formed locale; English where its language has none here.
[[nodiscard]] const messages& messages_for(std::string_view locale) noexcept;

}  // namespace polyclock::service
