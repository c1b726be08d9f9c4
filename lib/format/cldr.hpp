// The styles `full`, `long`, `medium`, `short` and `skeleton:LETTERS` in every locale of the CLDR,
// by ICU. Zone offsets and transitions are the tz database's; ICU has only the names.
#pragma once

#include <cstdint>

#include "format/bounded_cache.hpp"
#include "format/date_pattern.hpp"
#include "format/formatter.hpp"
#include "format/locale_matcher.hpp"
#include "format/zone_text.hpp"

namespace polyclock::format {

class cldr final : public formatter {
  enum class shows_time : bool { yes, as_gap };

 public:
  explicit cldr(locale_matcher& matcher) : matcher_(matcher) {}

  [[nodiscard]] bool handles(std::string_view style) const noexcept override;
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     rendering& out) noexcept override;

  // The date as `long` has it beside a time, with these words in the place of the time. `valid_until` is the date's.
  [[nodiscard]] render_status render_around(std::string_view words, const zoned_time& time,
                                            std::string_view locale, rendering& out) noexcept;

  // Whether locale and pattern are loaded, and the pattern renders once, without a search.
  [[nodiscard]] bool is_quick(const render_options& options) {
    return is_quick(options, shows_time::yes);
  }
  // The same of `render_around`.
  [[nodiscard]] bool is_quick_around(std::string_view locale) {
    return is_quick({components::both, "long", locale}, shows_time::as_gap);
  }

  // How often a pattern had to be loaded or compiled.
  [[nodiscard]] std::uint64_t cold_loads() const noexcept { return cold_loads_; }

 private:
  using patterns = bounded_cache<date_pattern>;

  [[nodiscard]] patterns& patterns_for(const matched_locale& locale, const render_options& options);
  // From the cache, or made now; nullptr for an unknown style.
  const date_pattern* pattern(const matched_locale& locale, const render_options& options,
                              shows_time shown);
  [[nodiscard]] bool is_quick(const render_options& options, shows_time shown);
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     shows_time shown, rendering& out);

  locale_matcher& matcher_;
  icu_zones zones_;
  skeleton_patterns skeletons_;
  std::uint64_t cold_loads_ = 0;
  patterns plain_{1024};  // lengths in locales without extensions, of which there are few enough
  patterns special_{64};  // skeletons and extensions, which clients can invent without end
};

}  // namespace polyclock::format
