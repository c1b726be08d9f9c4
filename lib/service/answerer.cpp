#include "service/answerer.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "format/ascii.hpp"
#include "format/available_locales.hpp"
#include "service/http/event_clock.hpp"
#include "service/name_list.hpp"
#include "service/quotation.hpp"
#include "service/suggestion.hpp"

namespace polyclock::service {
namespace {

using format::render_status;
using protocol::error_code;

// Failures are false, so that a check can return one.
bool fail(time_result& result, error_code code, std::string_view what) {
  result.error.emplace().code = code;
  result.error->sentence = what;
  return false;
}

bool fail(time_result& result, error_code code, std::string_view what, std::string_view name) {
  fail(result, code, what);
  result.error->sentence << " ";
  quote(name, result.error->sentence);
  return false;
}

bool fail_locales(time_result& result, const time_query& query) {
  fail(result, error_code::unknown_locale, "unknown locale", query.locales.front());
  format::text& sentence = result.error->sentence;
  for (const std::string_view locale : query.locales.subspan(1)) {
    sentence << ", ";
    quote(locale, sentence);
  }
  if (!query.style.empty()) {
    sentence << " for style ";
    quote(query.style, sentence);
  }
  return false;
}

void fail_text(time_result& result, std::string_view style, std::string_view locale) {
  fail(result, error_code::unknown_style, "no text in style", style);
  result.error->sentence << " for locale ";
  quote(locale, result.error->sentence);
}

bool in_range(clock::instant when) {
  return when.seconds >= clock::seconds_min && when.seconds <= clock::seconds_max;
}

bool in_range(const clock::civil_time& civil) {
  return civil.year >= 1 && civil.year <= 9999;
}

bool fail_instant(time_result& result) {
  return fail(result, error_code::out_of_range,
              "the instant is outside the years 1 to 9999 in this zone");
}

// False where the text has no ASCII form.
bool fold(format::rendering& rendering) {
  format::text folded;
  if (!format::fold_to_ascii(rendering.text.view(), rendering.locale.view(), folded)) return false;
  rendering.text = folded;
  return true;
}

// Each name with its length, so that no two queries have one key.
void put(std::string_view name, answer_key& key) noexcept {
  key.number(static_cast<std::uint32_t>(name.size())) << ":" << name;
}

answer_key key_of(const time_query& query) noexcept {
  answer_key key;
  key.number(static_cast<std::uint32_t>(query.what)) << (query.ascii ? "a" : "u");
  put(query.style, key);
  put(query.zone, key);
  for (const std::string_view locale : query.locales) put(locale, key);
  return key;
}

}  // namespace

time_error unknown_zone(const clock::zone_database& zones, std::string_view name) noexcept {
  time_error error;
  error.code = error_code::unknown_zone;
  error.sentence << "unknown zone ";
  quote(name, error.sentence);
  error.suggestion = nearest_zone(zones, name);
  if (!error.suggestion.empty()) {
    error.sentence << "; did you mean '" << error.suggestion << "'?";
  }
  return error;
}

answerer::answerer(zone_snapshot zones, std::unique_ptr<clock::wall_clock> clock,
                   word_snapshot words)
    : zones_(std::move(zones)),
      clock_(std::move(clock)),
      now_(clock_->now()),
      registry_(std::move(words)),
      watched_(std::make_shared<event_clocks>()) {}

void answerer::warm_up() noexcept {
  for (const std::string_view locale : {"en", "mi", "de"}) {
    for (const std::string_view style : {"full", "skeleton:yMMMMEEEEdjmmss"}) {
      static_cast<void>(
          answer({.style = style, .locales = {&locale, 1}, .zone = "UTC", .instant = {}}));
    }
  }
}

std::size_t answerer::list(const protocol::list_request& request,
                           std::span<std::byte> out) noexcept {
  return write_page(request, *zones_, locales(), out);
}

const std::vector<std::string>& answerer::locales() noexcept {
  if (locales_.empty()) locales_ = format::available_locales();
  return locales_;
}

void answerer::adopt(zone_snapshot zones) noexcept {
  cache_.clear();
  ++release_;
  zones_ = std::move(zones);
}

void answerer::adopt(word_snapshot words) noexcept {
  cache_.clear();
  ++release_;
  registry_.adopt(std::move(words));
}

bool answerer::render(const time_query& query, const format::zoned_time& time,
                      format::rendering& out, time_result& result) noexcept {
  for (const std::string_view locale : query.locales) {
    const auto status = registry_.render(time, {query.what, query.style, locale}, out);
    if (status == render_status::unknown_style) {
      return fail(result, error_code::unknown_style, "unknown style", query.style);
    }
    if (status == render_status::unknown_locale) continue;
    if (status == render_status::no_text) {
      fail_text(result, query.style, locale);
      continue;
    }
    if (!query.ascii || fold(out)) return true;
    fail(result, error_code::unknown_locale, "the text in locale", out.locale.view());
    result.error->sentence << " has no ASCII form";
  }
  return result.error ? false : fail_locales(result, query);
}

bool answerer::fill(const time_query& query, clock::instant when, cached_answer& entry,
                    time_result& result) noexcept {
  const clock::zone* const zone = zones_->find(query.zone);
  if (zone == nullptr) {
    result.took = protocol::cost::loaded;  // all names are compared
    result.error = unknown_zone(*zones_, query.zone);
    return false;
  }
  const format::zoned_time time(when, *zone);
  if (!in_range(time.civil)) return fail_instant(result);
  const std::uint64_t loads = registry_.cold_loads();
  const bool rendered = render(query, time, entry.rendering, result);
  const bool is_quick = registry_.cold_loads() == loads && entry.rendering.renderings == 1;
  result.took = is_quick ? protocol::cost::rendered : protocol::cost::loaded;
  if (!rendered) return false;
  result.error.reset();  // of an earlier locale
  entry.next_transition = zone->next_transition(when.seconds);
  entry.from = when;
  entry.zone = zone;
  return true;
}

protocol::cost answerer::cost_of(const time_query& query) noexcept {
  const bool is_quick = zones_->find(query.zone) != nullptr &&
                        registry_.is_quick({query.what, query.style, query.locales.front()});
  return is_quick ? protocol::cost::rendered : protocol::cost::loaded;
}

time_result answerer::answer(const time_query& query, protocol::cost cost_max) noexcept {
  time_result result;
  const clock::instant when = query.instant ? *query.instant : now_;
  if (!in_range(when)) return fail_instant(result), result;
  const answer_key key = key_of(query);
  const cached_answer* entry = cache_.find(key);
  if (entry == nullptr || !entry->holds_at(when)) {
    if (cost_max < protocol::cost::loaded) {
      result.took = cost_of(query);
      if (result.took > cost_max) return result;
    }
    if (!fill(query, when, cache_.draft(key), result)) return result;
    entry = &cache_.store_draft();
  }
  const format::zoned_time time(when, *entry->zone);
  if (!in_range(time.civil)) return fail_instant(result), result;
  result.answer.emplace(time_answer{time, entry->rendering, entry->next_transition,
                                    zones_->version(), clock_->quality()});
  return result;
}

// Nothing of it is cached: those who ask now have the entry of their query.
void answerer::list_later(
    const time_query& query, const time_answer& answer,
    const std::function<bool(std::int64_t from, std::string_view text)>& take) {
  using std::chrono::steady_clock;
  const auto time_up = steady_clock::now() + std::chrono::milliseconds(1);
  cached_answer next;
  next.rendering = answer.rendering;
  format::text text = next.rendering.text;
  bool has_time = true;
  for (; next.rendering.valid_until && has_time; has_time = steady_clock::now() < time_up) {
    const clock::instant from = *next.rendering.valid_until;
    time_result result;
    if (!in_range(from) || !fill(query, from, next, result)) return;
    // Where an end is expensive to find, the text goes on behind it.
    if (next.rendering.text.view() == text.view()) continue;
    text = next.rendering.text;
    if (!take(from.seconds, text.view())) return;
  }
}

}  // namespace polyclock::service
