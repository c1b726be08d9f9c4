#include "format/registry.hpp"

#include <initializer_list>

namespace polyclock::format {

render_status registry::render_as(const zoned_time& time, const render_options& options,
                                  rendering& out) noexcept {
  out.renderings = 1;
  for (formatter* strategy : std::initializer_list<formatter*>{&phrase_, &iso_, &words_, &cldr_}) {
    if (strategy->handles(options.style)) return strategy->render(time, options, out);
  }
  return render_status::unknown_style;
}

render_status registry::render(const zoned_time& time, const render_options& options,
                               rendering& out) noexcept {
  if (!options.style.empty()) return render_as(time, options, out);
  const render_status status = render_as(time, {options.what, "phrase", options.locale}, out);
  if (status != render_status::unknown_locale) return status;
  return render_as(time, {options.what, "long", options.locale}, out);
}

bool registry::is_quick(const render_options& options) {
  if (words_.handles(options.style)) return words_.is_quick(options);
  if (!options.style.empty()) return !cldr_.handles(options.style) || cldr_.is_quick(options);
  return phrase_.is_quick(options.locale) || cldr_.is_quick({options.what, "long", options.locale});
}

}  // namespace polyclock::format
