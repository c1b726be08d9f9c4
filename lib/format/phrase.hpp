// The style `phrase`: a whole sentence in English, te reo Māori or German, and their regional
// forms.
#pragma once

#include "format/formatter.hpp"

namespace polyclock::format {

class phrase final : public formatter {
 public:
  [[nodiscard]] bool handles(std::string_view style) const noexcept override {
    return style == name;
  }
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     rendering& out) noexcept override;
  // Whether it has sentences in the locale's language.
  [[nodiscard]] bool speaks(std::string_view locale) const noexcept;

 private:
  static constexpr std::string_view name = "phrase";
};

}  // namespace polyclock::format
