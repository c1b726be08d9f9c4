// All strategies, and the choice among them for one request; each worker owns one registry, and the
// services ask it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "format/cldr.hpp"
#include "format/formatter.hpp"
#include "format/iso.hpp"
#include "format/phrase.hpp"

namespace polyclock::format {

class registry {
 public:
  // Makes ICU's default locale the root first, so that no answer depends on the process's own.
  registry();

  // Tells the moment in the first of the locales, best first, that the style has words for. Without
  // a style that is the first locale that anything has words for: a sentence where the language has
  // one, else the style `long`.
  [[nodiscard]] render_status render(const moment& moment, subject what, std::string_view style,
                                     std::span<const std::string_view> locales,
                                     rendering& out) noexcept;

  // Whether a text takes one writing with data that is loaded already, and not up to 2 ms.
  [[nodiscard]] bool is_quick(subject what, std::string_view style, std::string_view locale);

  // How often data had to be loaded, which takes the longest.
  [[nodiscard]] std::uint64_t cold_loads() const noexcept { return cldr_.cold_loads(); }

 private:
  render_status render_as(const moment& moment, const wording& wording, rendering& out) noexcept;

  phrase phrase_;
  iso iso_;
  cldr cldr_;
};

}  // namespace polyclock::format
