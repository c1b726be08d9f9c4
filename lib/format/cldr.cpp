#include "format/cldr.hpp"

#include <string>
#include <utility>

namespace polyclock::format {
namespace {

constexpr std::string_view skeleton_prefix = "skeleton:";

bool is_length(std::string_view style) {
  return style == "full" || style == "long" || style == "medium" || style == "short";
}

// What a pattern depends on. A skeleton says itself what it shows.
label key_of(const matched_locale& locale, const wording& wording) {
  label key = locale.tag;
  key << "/" << wording.style;
  if (is_length(wording.style))
    key << "/" << (wording.what == subject::date ? "d" : wording.what == subject::time ? "t" : "b");
  return key;
}

}  // namespace

bool cldr::handles(std::string_view style) const noexcept {
  return is_length(style) || style.starts_with(skeleton_prefix);
}

cldr::patterns& cldr::patterns_for(const matched_locale& locale, const wording& wording) {
  return is_length(wording.style) && !locale.has_extensions ? plain_ : special_;
}

bool cldr::is_quick(const wording& wording) {
  const matched_locale* const locale = matcher_.known(wording.locale);
  if (locale == nullptr) return false;
  const label key = key_of(*locale, wording);
  const date_pattern* const known = patterns_for(*locale, wording).find(key.view());
  return known != nullptr && known->is_quick();
}

const date_pattern* cldr::pattern(const matched_locale& locale, const wording& wording) {
  const label key = key_of(locale, wording);
  if (key.overflowed()) return nullptr;
  patterns& kept = patterns_for(locale, wording);
  if (date_pattern* known = kept.find(key.view())) {
    if (known->note_use()) ++cold_loads_;
    return known;
  }
  ++cold_loads_;
  auto made = date_pattern::make(locale.locale, wording.style, wording.what, skeletons_);
  return made ? &kept.insert(key.view(), std::move(*made)) : nullptr;
}

render_status cldr::render(const moment& moment, const wording& wording, rendering& out) noexcept {
  const matched_locale* const locale = matcher_.match(wording.locale);
  if (locale == nullptr) return render_status::unknown_locale;
  const date_pattern* const pattern = this->pattern(*locale, wording);
  if (pattern == nullptr || !pattern->write(moment, zones_, out.text)) {
    return render_status::unknown_style;
  }
  out.locale = locale->tag;
  out.style = wording.style;
  out.direction = locale->direction;
  const date_pattern::end end = pattern->valid_until(moment, zones_, out.text.view());
  out.valid_until = end.when;
  out.texts_written = 1 + end.looks;
  return render_status::rendered;
}

}  // namespace polyclock::format
