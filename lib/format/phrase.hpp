// The style `phrase`: a whole sentence in English, te reo Māori or German, and their regional
// forms.
#pragma once

#include "format/formatter.hpp"

namespace polyclock::format {

class phrase final : public formatter {
 public:
  [[nodiscard]] std::string_view style() const noexcept override { return "phrase"; }
  [[nodiscard]] bool speaks(std::string_view locale) const noexcept override;
  void render(const moment& moment, subject what, std::string_view locale,
              rendering& out) const noexcept override;
};

}  // namespace polyclock::format
