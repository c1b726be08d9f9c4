// All strategies, and the choice among them by style; each worker's answerer has one.
#pragma once

#include <cstdint>

#include "format/cldr.hpp"
#include "format/formatter.hpp"
#include "format/iso.hpp"
#include "format/phrase.hpp"

namespace polyclock::format {

class registry {
 public:
  // Renders in the style asked for; without one a sentence where the language has one, else `long`.
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     rendering& out) noexcept;

  // Whether a text is rendered once, from data that is loaded, and not for up to 2 ms.
  [[nodiscard]] bool is_quick(const render_options& options);

  // How often data had to be loaded, which takes the longest.
  [[nodiscard]] std::uint64_t cold_loads() const noexcept {
    return cldr_.cold_loads() + matcher_.cold_loads();
  }

 private:
  render_status render_as(const zoned_time& time, const render_options& options,
                          rendering& out) noexcept;

  locale_matcher matcher_;  // one rule for language tags in all styles
  phrase phrase_{matcher_};
  iso iso_;
  cldr cldr_{matcher_};
};

}  // namespace polyclock::format
