// All strategies, and the choice among them by style; each worker's answerer has one.
#pragma once

#include <cstdint>
#include <utility>

#include "format/cldr.hpp"
#include "format/formatter.hpp"
#include "format/iso.hpp"
#include "format/phrase.hpp"
#include "format/word_set.hpp"
#include "format/words.hpp"

namespace polyclock::format {

class registry {
 public:
  explicit registry(word_set::pointer files = word_set::built_in())
      : words_(cldr_, std::move(files)) {}

  // Renders in the style asked for; without one a sentence where the language has one, else `long`.
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     rendering& out) noexcept;

  // Whether a text is rendered once, from data that is loaded, and not for up to 2 ms.
  [[nodiscard]] bool is_quick(const render_options& options);

  // How often data had to be loaded, which takes the longest.
  [[nodiscard]] std::uint64_t cold_loads() const noexcept {
    return cldr_.cold_loads() + matcher_.cold_loads() + words_.cold_loads();
  }

  // The files of the style `words`; replaces them.
  [[nodiscard]] const word_set& files() const noexcept { return words_.files(); }
  void adopt(word_set::pointer files) { words_.adopt(std::move(files)); }

 private:
  render_status render_as(const zoned_time& time, const render_options& options,
                          rendering& out) noexcept;

  locale_matcher matcher_;  // one rule for language tags in all styles
  phrase phrase_{matcher_};
  iso iso_;
  cldr cldr_{matcher_};
  words words_;
};

}  // namespace polyclock::format
