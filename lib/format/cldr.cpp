#include "format/cldr.hpp"

#include <string>
#include <utility>

namespace polyclock::format {
namespace {

bool is_style(std::string_view style) {
  const auto skeleton = skeleton_of(style);
  return skeleton ? is_skeleton(*skeleton) : is_length(style);
}

// What a pattern depends on. A skeleton names its components itself.
using pattern_key = base::bounded_text<160>;

pattern_key key_of(const matched_locale& locale, const render_options& options, bool has_gap) {
  pattern_key key;
  key << locale.tag.view() << (has_gap ? "_" : "");
  key << "/" << options.style;
  if (is_length(options.style))
    key << "/"
        << (options.what == components::date   ? "d"
            : options.what == components::time ? "t"
                                               : "b");
  return key;
}

}  // namespace

bool cldr::handles(std::string_view style) const noexcept {
  return is_length(style) || skeleton_of(style).has_value();
}

cldr::patterns& cldr::patterns_for(const matched_locale& locale, const render_options& options) {
  return is_length(options.style) && !locale.has_extensions ? plain_ : special_;
}

bool cldr::is_quick(const render_options& options, shows_time shown) {
  const matched_locale* const locale = matcher_.known(options.locale);
  if (locale == nullptr) return false;
  const pattern_key key = key_of(*locale, options, shown == shows_time::as_gap);
  const date_pattern* const known = patterns_for(*locale, options).find(key.view());
  return known != nullptr && known->is_quick();
}

const date_pattern* cldr::pattern(const matched_locale& locale, const render_options& options,
                                  shows_time shown) {
  const bool has_gap = shown == shows_time::as_gap;
  const pattern_key key = key_of(locale, options, has_gap);
  if (key.overflowed()) return nullptr;
  patterns& cached = patterns_for(locale, options);
  if (date_pattern* known = cached.find(key.view())) {
    if (known->count_use()) ++cold_loads_;
    return known;
  }
  ++cold_loads_;
  auto format = has_gap ? make_format_with_gap(locale.locale)
                        : make_icu_format(locale.locale, options.style, options.what, skeletons_);
  auto made = date_pattern::make(locale.locale, std::move(format));
  return made ? &cached.insert(key.view(), std::move(*made)) : nullptr;
}

render_status cldr::render(const zoned_time& time, const render_options& options,
                           rendering& out) noexcept {
  return render(time, options, shows_time::yes, out);
}

render_status cldr::render_around(std::string_view words, const zoned_time& time,
                                  std::string_view locale, rendering& out) noexcept {
  const render_options options{components::both, "long", locale};
  const auto status = render(time, options, shows_time::as_gap, out);
  if (status != render_status::rendered) return status;
  constexpr std::string_view gap = "\uE001";
  const text dated = out.text;
  const std::size_t at = dated.view().find(gap);
  out.text = dated.view().substr(0, at);
  out.text << words << dated.view().substr(at + gap.size());
  return out.text.overflowed() ? render_status::no_text : render_status::rendered;
}

render_status cldr::render(const zoned_time& time, const render_options& options, shows_time shown,
                           rendering& out) {
  const matched_locale* const locale = matcher_.match(options.locale);
  if (locale == nullptr) return render_status::unknown_locale;
  if (!is_style(options.style)) return render_status::unknown_style;
  const date_pattern* const pattern = this->pattern(*locale, options, shown);
  const bool written = pattern != nullptr && pattern->write(time, zones_, out.text);
  if (!written || out.text.view().empty()) return render_status::no_text;
  out.locale = locale->tag;
  out.style = options.style;
  out.direction = locale->direction;
  const date_pattern::end end = pattern->valid_until(time, zones_, out.text.view());
  out.valid_until = end.when;
  out.renderings = 1 + end.renderings;
  return render_status::rendered;
}

}  // namespace polyclock::format
