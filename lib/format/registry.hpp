// All strategies, and the choice among them for one request; each worker owns one registry, and the
// services ask it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "format/formatter.hpp"
#include "format/iso.hpp"
#include "format/phrase.hpp"

namespace polyclock::format {

enum class choice_status : std::uint8_t { chosen = 1, unknown_style, unknown_locale };

struct choice {
  choice_status status;
  const formatter* strategy = nullptr;  // where chosen
  std::string_view locale = {};         // the one of the list that was chosen
};

class registry {
 public:
  // The strategy for a style and the first of the locales, best first, that it speaks. Without a
  // style the first locale that any strategy has words for decides: a sentence where the language
  // has one. The CLDR strategy, for every language that has no sentences, takes its place here.
  [[nodiscard]] choice choose(std::string_view style,
                              std::span<const std::string_view> locales) const noexcept;

 private:
  phrase phrase_;
  iso iso_;
};

}  // namespace polyclock::format
