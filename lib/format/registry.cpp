#include "format/registry.hpp"

namespace polyclock::format {
namespace {

choice first_spoken(const formatter& strategy, std::span<const std::string_view> locales) noexcept {
  for (const std::string_view locale : locales) {
    if (strategy.speaks(locale)) return {choice_status::chosen, &strategy, locale};
  }
  return choice{.status = choice_status::unknown_locale};
}

}  // namespace

choice registry::choose(std::string_view style,
                        std::span<const std::string_view> locales) const noexcept {
  if (style.empty() || style == phrase_.style()) return first_spoken(phrase_, locales);
  if (style == iso_.style()) return first_spoken(iso_, locales);
  return choice{.status = choice_status::unknown_style};
}

}  // namespace polyclock::format
