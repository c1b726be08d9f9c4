#include "format/registry.hpp"

#include <unicode/locid.h>

#include <initializer_list>

namespace polyclock::format {

registry::registry() {
  UErrorCode status = U_ZERO_ERROR;
  if (icu::Locale::getDefault() != icu::Locale::getRoot()) {
    icu::Locale::setDefault(icu::Locale::getRoot(), status);
  }
}

render_status registry::render_as(const moment& moment, const wording& wording,
                                  rendering& out) noexcept {
  out.texts_written = 1;
  for (formatter* strategy : std::initializer_list<formatter*>{&phrase_, &iso_, &cldr_}) {
    if (strategy->handles(wording.style)) return strategy->render(moment, wording, out);
  }
  return render_status::unknown_style;
}

render_status registry::render(const moment& moment, subject what, std::string_view style,
                               std::span<const std::string_view> locales, rendering& out) noexcept {
  for (const std::string_view locale : locales) {
    const wording wording{what, style.empty() ? "phrase" : style, locale};
    render_status status = render_as(moment, wording, out);
    if (style.empty() && status == render_status::unknown_locale) {
      status = render_as(moment, {what, "long", locale}, out);
    }
    if (status != render_status::unknown_locale) return status;
  }
  return render_status::unknown_locale;
}

bool registry::is_quick(subject what, std::string_view style, std::string_view locale) {
  if (style.empty()) {  // a sentence where the language has one
    return phrase_.speaks(locale) || cldr_.is_quick({what, "long", locale});
  }
  return !cldr_.handles(style) || cldr_.is_quick({what, style, locale});
}

}  // namespace polyclock::format
