// The style `iso`: RFC 3339 dates and times, the same in every language.
#pragma once

#include "format/formatter.hpp"

namespace polyclock::format {

// A date is `2026-11-20`, a time `09:05:07+13:00`, both together `2026-11-20T09:05:07+13:00`. Zones
// whose abbreviation is UTC show `Z`. RFC 3339 has no seconds in its offsets: where an old local
// time has them, the offset is rounded to a whole minute and the clock moved with it, so that the
// text still names the right instant.
class iso final : public formatter {
 public:
  [[nodiscard]] bool handles(std::string_view style) const noexcept override {
    return style == name;
  }
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     rendering& out) noexcept override;

 private:
  static constexpr std::string_view name = "iso";
};

}  // namespace polyclock::format
