#include "service/answerer.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "format/ascii.hpp"
#include "format/available_locales.hpp"
#include "service/name_list.hpp"
#include "service/quotation.hpp"
#include "service/suggestion.hpp"

namespace polyclock::service {
namespace {

using format::render_status;
using protocol::error_code;

// Refusals are false, so that a check can return one.
bool refuse(refusal& refusal, error_code code, std::string_view what) {
  refusal.code = code;
  refusal.sentence = what;
  return false;
}

bool refuse(refusal& refusal, error_code code, std::string_view what, std::string_view name) {
  refuse(refusal, code, what);
  refusal.sentence << " ";
  quote(name, refusal.sentence);
  return false;
}

bool refuse_zone(refusal& refusal, std::string_view name, const clock::zone_database& zones) {
  refuse(refusal, error_code::unknown_zone, "unknown zone", name);
  const std::string_view near = nearest_zone(zones, name);
  if (!near.empty()) refusal.sentence << ", did you mean " << near << "?";
  return false;
}

bool refuse_locales(refusal& refusal, const question& question) {
  refuse(refusal, error_code::unknown_locale, "unknown locale", question.locales.front());
  for (const std::string_view locale : question.locales.subspan(1)) {
    refusal.sentence << ", ";
    quote(locale, refusal.sentence);
  }
  if (!question.style.empty()) {
    refusal.sentence << " for style ";
    quote(question.style, refusal.sentence);
  }
  return false;
}

bool in_range(clock::instant when) {
  return when.seconds >= clock::seconds_min && when.seconds <= clock::seconds_max;
}

bool in_range(const clock::civil_time& civil) {
  return civil.year >= 1 && civil.year <= 9999;
}

bool refuse_instant(refusal& refusal) {
  return refuse(refusal, error_code::out_of_range, "the instant is outside the years 1 to 9999");
}

// False where the text has no ASCII form.
bool fold(format::rendering& rendering) {
  format::text folded;
  if (!format::fold_to_ascii(rendering.text.view(), rendering.locale.view(), folded)) return false;
  rendering.text = folded;
  return true;
}

// Each name with its length, so that no two questions have one key.
void put(std::string_view name, answer_key& key) noexcept {
  key.number(static_cast<std::uint32_t>(name.size())) << ":" << name;
}

answer_key key_of(const question& question) noexcept {
  answer_key key;
  key.number(static_cast<std::uint32_t>(question.what)) << (question.ascii ? "a" : "u");
  put(question.style, key);
  put(question.zone, key);
  for (const std::string_view locale : question.locales) put(locale, key);
  return key;
}

}  // namespace

answerer::answerer(zone_snapshot zones, std::unique_ptr<clock::wall_clock> clock)
    : zones_(std::move(zones)), clock_(std::move(clock)), now_(clock_->now()) {}

void answerer::warm_up() noexcept {
  for (const std::string_view locale : {"en", "mi", "de"}) {
    for (const std::string_view style : {"full", "skeleton:yMMMMEEEEdjmmss"}) {
      refusal refusal{};
      static_cast<void>(
          answer({.style = style, .locales = {&locale, 1}, .zone = "UTC", .instant = {}}, refusal));
    }
  }
  static_cast<void>(take_effort());  // no client's
}

std::size_t answerer::list(const protocol::list_request& request,
                           std::span<std::byte> out) noexcept {
  note_effort(protocol::effort::writing);
  if (locales_.empty()) locales_ = format::available_locales();
  return write_page(request, *zones_, locales_, out);
}

void answerer::adopt(zone_snapshot zones) noexcept {
  cache_.clear();
  ++release_;
  zones_ = std::move(zones);
}

bool answerer::render(const question& question, const format::moment& moment,
                      format::rendering& out, refusal& refusal) noexcept {
  refuse_locales(refusal, question);
  for (const std::string_view locale : question.locales) {
    const auto status = registry_.render(moment, question.what, question.style, {&locale, 1}, out);
    if (status == render_status::unknown_style) {
      return refuse(refusal, error_code::unknown_style, "unknown style", question.style);
    }
    if (status == render_status::unknown_locale) continue;
    if (!question.ascii || fold(out)) return true;
    refuse(refusal, error_code::unknown_locale, "no ASCII form in locale", out.locale.view());
  }
  return false;
}

bool answerer::fill(const question& question, clock::instant when, kept_answer& entry,
                    refusal& refusal) noexcept {
  const clock::zone* const zone = zones_->find(question.zone);
  if (zone == nullptr) {
    note_effort(protocol::effort::lesson);
    return refuse_zone(refusal, question.zone, *zones_);
  }
  const format::moment moment(when, *zone);
  if (!in_range(moment.civil)) return refuse_instant(refusal);
  const std::uint64_t lessons = registry_.lessons();
  const bool rendered = render(question, moment, entry.rendering, refusal);
  note_effort(registry_.lessons() == lessons ? protocol::effort::writing
                                             : protocol::effort::lesson);
  if (!rendered) return false;
  entry.next_transition = zone->next_transition(when.seconds);
  entry.from = when;
  entry.zone = zone;
  return true;
}

std::optional<telling> answerer::answer(const question& question, refusal& refusal) noexcept {
  const clock::instant when = question.instant ? *question.instant : now_;
  if (!in_range(when)) return refuse_instant(refusal), std::nullopt;
  kept_answer& entry = cache_.entry(key_of(question));
  const bool kept = entry.zone != nullptr && entry.holds_at(when);
  if (!kept && !fill(question, when, entry, refusal)) {
    entry.zone = nullptr;
    return std::nullopt;
  }
  const format::moment moment(when, *entry.zone);
  if (!in_range(moment.civil)) return refuse_instant(refusal), std::nullopt;
  return telling{moment, entry.rendering, entry.next_transition, zones_->version(),
                 clock_->quality()};
}

}  // namespace polyclock::service
