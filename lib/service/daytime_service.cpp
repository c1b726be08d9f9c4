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

reply daytime_service::make_reply(protocol::cost cost_max, std::span<std::byte> out) noexcept {
  return cached_.write(answerer_->current_generation(), out,
                       [&](std::span<std::byte> space) { return make_line(cost_max, space); });
}

reply daytime_service::make_line(protocol::cost cost_max, std::span<std::byte> out) noexcept {
  const bool plain = defaults_.locale.empty();
  const std::string_view locale = plain ? "en" : std::string_view(defaults_.locale);
  time_query query;
  query.style = plain ? "iso" : std::string_view(defaults_.style);
  query.locales = {&locale, 1};
  query.zone = defaults_.zone;
  query.ascii = defaults_.ascii;

  const time_result result = answerer_->answer(query, cost_max);
  if (result.wants_time()) return reply_later(result.took);
  if (result.error) {
    const std::size_t size = protocol::encode_line(result.error->sentence.view(), out);
    return failed(result.error->code, size, result.took);
  }
  const time_answer& answer = *result.answer;
  return {plain ? encode(on_wire(answer.time.civil), out)
                : protocol::encode_line(answer.rendering.text.view(), out),
          result.took};
}

}  // namespace polyclock::service
