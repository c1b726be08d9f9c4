// The style `phrase`: a whole sentence in English, te reo Māori or German, and their regional
// forms.
#pragma once

#include "format/formatter.hpp"
#include "format/locale_matcher.hpp"

namespace polyclock::format {

class phrase final : public formatter {
 public:
  explicit phrase(locale_matcher& matcher) : matcher_(matcher) {}

  [[nodiscard]] bool handles(std::string_view style) const noexcept override {
    return style == name;
  }
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     rendering& out) noexcept override;
  // Whether the locale is loaded, and its language has sentences.
  [[nodiscard]] bool is_quick(std::string_view locale);

 private:
  static constexpr std::string_view name = "phrase";

  locale_matcher& matcher_;
};

}  // namespace polyclock::format
