#include "service/dt_service.hpp"

#include <variant>

#include "format/locale.hpp"
#include "protocol/answer.hpp"

namespace polyclock::service {
namespace {

using protocol::classic_language;

protocol::timestamp on_wire(const clock::instant& instant) noexcept {
  return {instant.seconds, instant.nanoseconds};
}

// Both number date, time and both as 1, 2 and 3.
format::subject from_wire(protocol::subject what) noexcept {
  return static_cast<format::subject>(what);
}

protocol::subject on_wire(format::subject what) noexcept {
  return static_cast<protocol::subject>(what);
}

protocol::offset_fields on_wire(const clock::local_type& type) noexcept {
  return {type.offset, type.dst, type.abbreviation};
}

protocol::civil_fields on_wire(const clock::civil_time& civil) noexcept {
  return {static_cast<std::uint16_t>(civil.year),
          civil.month,
          civil.day,
          civil.hour,
          civil.minute,
          civil.second,
          civil.weekday,
          civil.day_of_year,
          static_cast<std::uint16_t>(civil.iso_year),
          civil.iso_week};
}

protocol::answer on_wire(const telling& telling, std::uint32_t id, format::subject what) noexcept {
  protocol::answer answer;
  answer.id = id;
  answer.what = on_wire(what);
  answer.text = telling.rendering.text.view();
  answer.locale = telling.rendering.locale.view();
  answer.style = telling.rendering.style.view();
  answer.direction = static_cast<protocol::text_direction>(telling.rendering.direction);
  answer.instant = on_wire(telling.moment.instant);
  answer.civil = on_wire(telling.moment.civil);
  answer.zone = telling.moment.zone->name();
  answer.offset = on_wire(*telling.moment.type);
  if (telling.rendering.valid_until) answer.valid_until = on_wire(*telling.rendering.valid_until);
  if (const auto& next = telling.next_transition) {
    answer.next_transition = {{next->seconds, 0}, on_wire(*next->to)};
  }
  answer.tz_version = telling.tz_version;
  answer.clock = {telling.quality.synchronized, telling.quality.leap_indicator,
                  telling.quality.estimated_error_us, telling.quality.maximum_error_us};
  return answer;
}

std::size_t encode_refusal(const refusal& refusal, std::uint32_t id,
                           std::span<std::byte> out) noexcept {
  return encode(protocol::error{id, refusal.code, refusal.sentence.view()}, out);
}

struct spoken {
  classic_language code;
  std::string_view locale;
};

// A classic packet has room for three languages; a listener in any other one speaks English there.
spoken classic_language_of(std::string_view locale) noexcept {
  if (format::is_latin(locale, "mi")) return {classic_language::maori, "mi"};
  if (format::is_latin(locale, "de")) return {classic_language::german, "de"};
  return {classic_language::english, "en"};
}

}  // namespace

protocol::decoded dt_service::decode(std::span<const std::byte> in, request& asked) const noexcept {
  using protocol::decode_status;
  const std::size_t size = protocol::query_packet_size(in);
  asked.query = in.first(size);
  asked.kept = nullptr;
  if (size > 0) asked.kept = packets_.find(asked.query, answerer_->epoch());
  if (asked.kept != nullptr) return {decode_status::complete, size};
  return protocol::decode_dt_request(in, classic_magic_, asked.decoded);
}

std::size_t dt_service::answer(const protocol::query& query, std::span<const std::byte> packet,
                               std::span<std::byte> out) noexcept {
  const std::string_view own_locale = defaults_.locale;
  question question;
  question.what = from_wire(query.what);
  question.style = query.style.empty() ? std::string_view(defaults_.style) : query.style;
  question.locales = query.locale_count > 0 ? query.locale_list() : std::span(&own_locale, 1);
  question.zone = query.zone ? *query.zone : std::string_view(defaults_.zone);
  question.ascii = query.ascii || defaults_.ascii;
  if (query.instant) question.instant = {query.instant->seconds, query.instant->nanoseconds};

  refusal refusal{};
  const auto telling = answerer_->answer(question, refusal);
  if (!telling) return encode_refusal(refusal, query.id, out);
  const std::size_t size = encode(on_wire(*telling, query.id, question.what), out);
  if (size > 0) {
    if (!query.instant) packets_.keep(packet, out.first(size), answerer_->epoch());
    return size;
  }
  return encode(protocol::error{query.id, protocol::error_code::too_large,
                                "the answer exceeds the longest packet"},
                out);
}

std::size_t dt_service::answer(const protocol::classic_request& asked,
                               std::span<std::byte> out) noexcept {
  auto& kept = asked.what == protocol::subject::time ? times_ : dates_;
  return kept.write(answerer_->epoch(), out, [&](auto space) { return render(asked, space); });
}

std::size_t dt_service::render(const protocol::classic_request& asked,
                               std::span<std::byte> out) noexcept {
  const spoken spoken = classic_language_of(defaults_.locale);
  question question;
  question.what = from_wire(asked.what);
  question.style = "phrase";
  question.locales = {&spoken.locale, 1};
  question.zone = defaults_.zone;
  question.ascii = defaults_.ascii;

  refusal refusal{};
  const auto telling = answerer_->answer(question, refusal);
  if (!telling) return encode_refusal(refusal, 0, out);
  const clock::civil_time& civil = telling->moment.civil;
  return encode(
      protocol::classic_response{asked.magic, spoken.code, static_cast<std::uint16_t>(civil.year),
                                 civil.month, civil.day, civil.hour, civil.minute,
                                 telling->rendering.text.view()},
      out);
}

std::size_t dt_service::answer(const protocol::fault& fault, std::span<std::byte> out) noexcept {
  return encode(protocol::error{fault.id, fault.code, fault.sentence}, out);
}

protocol::replied dt_service::reply(const request& asked, std::span<std::byte> out) noexcept {
  const std::size_t size = answer(asked, out);
  return {size, protocol::next_step::keep_open, answerer_->take_effort()};
}

std::size_t dt_service::answer(const request& asked, std::span<std::byte> out) noexcept {
  if (asked.kept != nullptr) {
    return write_kept(*asked.kept, protocol::packet_id(asked.query), answerer_->now().nanoseconds,
                      out);
  }
  if (const auto* query = std::get_if<protocol::query>(&asked.decoded)) {
    return answer(*query, asked.query, out);
  }
  if (const auto* list = std::get_if<protocol::list_request>(&asked.decoded)) {
    return answer(*list, out);
  }
  if (const auto* classic = std::get_if<protocol::classic_request>(&asked.decoded)) {
    return answer(*classic, out);
  }
  return answer(std::get<protocol::fault>(asked.decoded), out);
}

std::size_t dt_service::answer_datagram(std::span<const std::byte> in,
                                        std::span<std::byte> out) noexcept {
  request asked;
  const protocol::decoded result = decode(in, asked);
  if (result.status != protocol::decode_status::complete || result.size != in.size()) return 0;
  const bool decoded = asked.kept == nullptr;
  if (decoded && std::holds_alternative<protocol::fault>(asked.decoded)) return 0;
  const bool classic = decoded && std::holds_alternative<protocol::classic_request>(asked.decoded);
  if (!classic && in.size() < protocol::datagram_size_max) return 0;
  return reply(asked, out).size;
}

}  // namespace polyclock::service
