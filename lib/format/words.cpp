#include "format/words.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/bounded_text.hpp"
#include "format/locale_matcher.hpp"
#include "format/validity.hpp"

namespace polyclock::format {
namespace {

constexpr std::string_view name = "words";
constexpr std::string_view variant_prefix = "words:";

std::string_view variant_of(std::string_view style) {
  return style == name ? std::string_view() : style.substr(variant_prefix.size());
}

using match_key = base::bounded_text<160>;

match_key key_of(const render_options& options) {
  match_key key;
  key << options.style << "/" << options.locale;
  return key;
}

}  // namespace

bool words::handles(std::string_view style) const noexcept {
  return style == name || style.starts_with(variant_prefix);
}

const word_set::match* words::find(const render_options& options) {
  const match_key key = key_of(options);
  if (key.overflowed()) return nullptr;
  if (const auto* known = found_.find(key.view())) return known;
  ++cold_loads_;
  const auto asked = parse_tag(options.locale);
  if (!asked) return nullptr;
  const auto found = files_->find(*asked, variant_of(options.style));
  return found ? &found_.insert(key.view(), *found) : nullptr;
}

const spoken_day* words::day_of(std::size_t file) {
  std::optional<spoken_day>& day = days_[file];
  if (day) return &*day;
  ++cold_loads_;
  auto made = spoken_day::make(files_->file(file));
  if (auto* filled = std::get_if<spoken_day>(&made)) day = std::move(*filled);
  return day ? &*day : nullptr;
}

bool words::is_quick(const render_options& options) {
  const match_key key = key_of(options);
  const auto* const found = key.overflowed() ? nullptr : found_.find(key.view());
  if (found == nullptr || !days_[found->file]) return false;
  if (options.what == components::time) return true;
  return options.what == components::date || files_->file(found->file).with_date
             ? dates_.is_quick({components::date, "long", options.locale})
             : dates_.is_quick_around(options.locale);
}

render_status words::render(const zoned_time& time, const render_options& options,
                            rendering& out) noexcept {
  const auto& styles = files_->styles();
  if (!std::binary_search(styles.begin(), styles.end(), options.style)) {
    return render_status::unknown_style;
  }
  const word_set::match* const found = find(options);
  if (found == nullptr) return render_status::unknown_locale;
  if (options.what == components::date) {
    return dates_.render(time, {options.what, "long", options.locale}, out);
  }
  const spoken_day* const day = day_of(found->file);
  if (day == nullptr) return render_status::no_text;
  const std::string_view time_text = day->at(time.civil.hour, time.civil.minute);
  const auto end = valid_until(time, std::chrono::minutes(day->step()), shows_zone::no);
  if (options.what == components::time) {
    out.text = time_text;
    out.valid_until = end;
    out.direction = found->is_right_to_left ? direction::right_to_left : direction::left_to_right;
  } else {
    const auto status =
        render_both(time_text, files_->file(found->file), time, options.locale, out);
    if (status != render_status::rendered) return status;
    out.valid_until = out.valid_until ? std::min(*out.valid_until, *end) : end;
  }
  out.locale = found->language;
  out.style = options.style;
  return render_status::rendered;
}

render_status words::render_both(std::string_view time_text, const words_file& file,
                                 const zoned_time& time, std::string_view locale,
                                 rendering& out) noexcept {
  if (!file.with_date) return dates_.render_around(time_text, time, locale, out);
  const auto status = dates_.render(time, {components::date, "long", locale}, out);
  if (status != render_status::rendered) return status;
  const date_join& join = *file.with_date;
  const text date = out.text;
  out.text = join.before;
  out.text << (join.begins_with_words ? time_text : date.view()) << join.between;
  out.text << (join.begins_with_words ? date.view() : time_text) << join.after;
  return out.text.overflowed() ? render_status::no_text : status;
}

void words::adopt(word_set::pointer files) {
  files_ = std::move(files);
  days_.clear();
  days_.resize(files_->size());
  found_ = bounded_cache<word_set::match>(1024);
}

}  // namespace polyclock::format
