#include "service/daytime_service.hpp"

#include "protocol/daytime.hpp"

namespace polyclock::service {
namespace {

protocol::daytime_fields on_wire(const clock::civil_time& civil) noexcept {
  return {static_cast<std::uint16_t>(civil.year),
          civil.month,
          civil.day,
          civil.hour,
          civil.minute,
          civil.second,
          civil.weekday};
}

}  // namespace

std::size_t daytime_service::render(std::span<std::byte> out) noexcept {
  const bool plain = defaults_.locale.empty();
  const std::string_view locale = plain ? "en" : std::string_view(defaults_.locale);
  question question;
  question.style = plain ? "iso" : std::string_view(defaults_.style);
  question.locales = {&locale, 1};
  question.zone = defaults_.zone;
  question.ascii = defaults_.ascii;

  refusal refusal{};
  const auto telling = answerer_->answer(question, refusal);
  if (!telling) return protocol::encode_line(refusal.sentence.view(), out);
  return plain ? encode(on_wire(telling->moment.civil), out)
               : protocol::encode_line(telling->rendering.text.view(), out);
}

}  // namespace polyclock::service
