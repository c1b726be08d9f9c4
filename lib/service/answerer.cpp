#include "service/answerer.hpp"

#include <algorithm>
#include <cstddef>

#include "format/ascii.hpp"

namespace polyclock::service {
namespace {

using format::choice_status;
using protocol::error_code;

// A client's name in an error sentence: cut, and without bytes that a terminal might obey.
void quote(std::string_view name, format::text& out) {
  constexpr std::size_t shown_max = 64;
  out << "'";
  for (const char c : name.substr(0, shown_max)) {
    const bool plain = c >= 0x20 && c <= 0x7E;
    out << (plain ? std::string_view(&c, 1) : "?");
  }
  out << (name.size() > shown_max ? "...'" : "'");
}

bool refuse(refusal& refusal, error_code code, std::string_view what, std::string_view name) {
  refusal.code = code;
  refusal.sentence.clear();
  refusal.sentence << what << " ";
  quote(name, refusal.sentence);
  return false;
}

bool refuse_locales(refusal& refusal, std::span<const std::string_view> locales) {
  refuse(refusal, error_code::unknown_locale, "unknown locale", locales.front());
  for (const std::string_view locale : locales.subspan(1)) {
    refusal.sentence << ", ";
    quote(locale, refusal.sentence);
  }
  return false;
}

bool refuse_instant(refusal& refusal) {
  refusal.code = error_code::out_of_range;
  refusal.sentence.clear();
  refusal.sentence << "the instant is outside the years 1 to 9999";
  return false;
}

}  // namespace

bool answerer::set_moment(const question& question, refusal& refusal) noexcept {
  const clock::zone* zone = zones_->find(question.zone);
  if (zone == nullptr) {
    return refuse(refusal, error_code::unknown_zone, "unknown zone", question.zone);
  }
  const clock::instant instant = question.instant ? *question.instant : clock_->now();
  if (instant.seconds < clock::seconds_min || instant.seconds > clock::seconds_max) {
    return refuse_instant(refusal);
  }
  telling_.moment = format::moment(instant, *zone);
  const auto year = telling_.moment.civil.year;
  return year >= 1 && year <= 9999 ? true : refuse_instant(refusal);
}

bool answerer::render(const question& question, refusal& refusal) noexcept {
  const format::choice choice = registry_.choose(question.style, question.locales);
  if (choice.status == choice_status::unknown_style) {
    return refuse(refusal, error_code::unknown_style, "unknown style", question.style);
  }
  if (choice.status == choice_status::unknown_locale) {
    return refuse_locales(refusal, question.locales);
  }
  choice.strategy->render(telling_.moment, question.what, choice.locale, telling_.rendering);
  telling_.style = choice.strategy->style();
  return true;
}

bool answerer::fold(refusal& refusal) noexcept {
  format::text folded;
  format::text& text = telling_.rendering.text;
  if (!format::fold_to_ascii(text.view(), telling_.rendering.locale, folded)) {
    return refuse(refusal, error_code::unknown_locale, "no ASCII form in locale",
                  telling_.rendering.locale);
  }
  text = folded;
  return true;
}

const telling* answerer::answer(const question& question, refusal& refusal) noexcept {
  if (!set_moment(question, refusal) || !render(question, refusal)) return nullptr;
  if (question.ascii && !fold(refusal)) return nullptr;
  telling_.next_transition = telling_.moment.zone->next_transition(telling_.moment.instant.seconds);
  telling_.tz_version = zones_->version();
  telling_.quality = clock_->quality();
  return &telling_;
}

}  // namespace polyclock::service
