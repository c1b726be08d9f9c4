#include "service/dt_service.hpp"

#include <exception>
#include <utility>
#include <variant>

#include "clock/elapsed.hpp"
#include "format/locale.hpp"
#include "service/name_list.hpp"
#include "service/wire_answer.hpp"

namespace polyclock::service {
namespace {

using protocol::classic_language;

// Both number date, time and both as 1, 2 and 3.
format::components from_wire(protocol::subject what) noexcept {
  return static_cast<format::components>(what);
}

reply error_reply(const time_result& result, std::uint32_t id, std::span<std::byte> out) noexcept {
  const protocol::error error{id, result.error->code, result.error->sentence.view()};
  return failed(error.code, encode(error, out), result.took);
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

std::size_t dt_service::write_cached(std::span<const std::byte> packet,
                                     std::span<std::byte> out) noexcept {
  return answerer_->packets().write(cache_id_, packet, answerer_->current_generation(),
                                    answerer_->now().nanoseconds, out);
}

protocol::step dt_service::advance(peer& of, const protocol::step_input& in,
                                   std::span<std::byte> out) noexcept {
  if (of.watches == nullptr) {
    protocol::step made = answer_input(of, in, out);
    if (of.watches != nullptr) set_wake(of, in, made);
    return made;
  }
  try {
    return advance_watching(of, in, out);
  } catch (const std::exception&) {  // no memory
    return {.next = protocol::wanted::end};
  }
}

protocol::step dt_service::advance_watching(peer& of, const protocol::step_input& in,
                                            std::span<std::byte> out) {
  using protocol::wanted;
  if (in.state != protocol::input_state::ended) {
    const protocol::step due = push(of, in.cost_max, out);
    if (due.produced > 0 || due.next == wanted::time) return due;
  }
  protocol::step made = answer_input(of, in, out);
  set_wake(of, in, made);
  return made;
}

// With the end of the input all watches end.
void dt_service::set_wake(const peer& of, const protocol::step_input& in,
                          protocol::step& made) const noexcept {
  const bool goes_on =
      in.state != protocol::input_state::ended && made.next == protocol::wanted::input;
  if (goes_on && !of.watches->empty()) made.wake_after = of.watches->until_next(answerer_->now());
}

protocol::step dt_service::push(peer& of, protocol::cost cost_max, std::span<std::byte> out) {
  while (dt_watch* const due = of.watches->find_due(*answerer_)) {
    protocol::query asked;
    const received in{{}, due->packet(), cost_max};
    static_cast<void>(protocol::decode_query(in.packet, asked));  // it has been decoded before
    const reply made = answer_watch(asked, in, out);
    if (made.wants_time) return {.next = protocol::wanted::time, .took = made.took};
    protocol::step step{.produced = made.size,
                        .next = protocol::wanted::room,
                        .took = made.took,
                        .error = made.error,
                        .is_push = true};
    if (made.error != 0) {
      of.watches->remove(due->id());
      return step;
    }
    if (!due->note(out.first(made.size), *answerer_)) continue;
    step.event_lateness = clock::elapsed(due->from(), answerer_->now());
    return step;
  }
  return {};
}

protocol::step dt_service::answer_input(peer& of, const protocol::step_input& in,
                                        std::span<std::byte> out) noexcept {
  using protocol::decode_status;
  using protocol::wanted;
  const auto packet = in.bytes.first(protocol::query_packet_size(in.bytes));
  if (const std::size_t size = packet.empty() ? 0 : write_cached(packet, out)) {
    return {.consumed = packet.size(), .produced = size};
  }
  received asked{{}, packet, in.cost_max};
  const auto decoded = protocol::decode_dt_request(in.bytes, classic_magic_, asked.request);
  if (decoded.status == decode_status::need_more) return {};
  if (decoded.status == decode_status::complete) asked.packet = in.bytes.first(decoded.size);
  if (const auto* ended = std::get_if<protocol::unwatch_request>(&asked.request)) {
    if (of.watches) of.watches->remove(ended->id);
    return {.consumed = decoded.size};
  }
  const bool malformed = decoded.status == decode_status::malformed;
  const bool is_watch = std::holds_alternative<protocol::watch_request>(asked.request);
  protocol::step made = step_of(is_watch ? begin_watch(of, asked, out) : make_reply(asked, out),
                                decoded.size, malformed ? wanted::end : wanted::input);
  made.malformed = malformed;
  return made;
}

reply dt_service::begin_watch(peer& of, const received& in, std::span<std::byte> out) noexcept {
  const protocol::query& asked = std::get<protocol::watch_request>(in.request).asked;
  const auto refuse = [&](std::string_view sentence) {
    const protocol::error busy{asked.id, protocol::error_code::busy, sentence};
    return failed(busy.code, encode(busy, out));
  };
  try {
    if (!of.watches) of.watches = std::make_unique<dt_watches>();
    if (!of.watches->has_place(places_)) {
      return refuse("there are as many subscribers as there may be");
    }
    if (!of.watches->has_room(asked.id)) return refuse("a connection has at most 16 watches");
    const reply made = answer_watch(asked, in, out);
    if (made.error != 0) of.watches->remove(asked.id);
    if (made.wants_time || made.error != 0) return made;
    dt_watch one(asked.id, in.packet);
    static_cast<void>(one.note(out.first(made.size), *answerer_));
    of.watches->put(std::move(one));
    return made;
  } catch (const std::exception&) {
    return refuse("the watch needs more memory than there is");
  }
}

// The answer that a query with the same fields gets.
reply dt_service::answer_watch(const protocol::query& asked, const received& in,
                               std::span<std::byte> out) noexcept {
  if (const std::size_t size = write_cached(in.packet, out)) return {size};
  return make_answer(asked, in, out);
}

reply dt_service::make_reply(const received& in, std::span<std::byte> out) noexcept {
  if (const auto* query = std::get_if<protocol::query>(&in.request)) {
    return make_answer(*query, in, out);
  }
  if (const auto* list = std::get_if<protocol::list_request>(&in.request)) {
    return make_page(*list, in.cost_max, out);
  }
  if (const auto* classic = std::get_if<protocol::classic_request>(&in.request)) {
    return make_classic(*classic, in.cost_max, out);
  }
  const auto& fault = std::get<protocol::fault>(in.request);
  return failed(fault.code, encode(protocol::error{fault.id, fault.code, fault.sentence}, out));
}

reply dt_service::make_answer(const protocol::query& query, const received& in,
                              std::span<std::byte> out) noexcept {
  const std::string_view own_locale = defaults_.locale;
  time_query asked;
  asked.what = from_wire(query.what);
  asked.style = query.style.empty() ? std::string_view(defaults_.style) : query.style;
  asked.locales = query.locale_count > 0 ? query.locale_list() : std::span(&own_locale, 1);
  asked.zone = query.zone ? *query.zone : std::string_view(defaults_.zone);
  asked.ascii = query.ascii || defaults_.ascii;
  if (query.instant) asked.instant = {query.instant->seconds, query.instant->nanoseconds};

  if (query.ahead > 0 && in.cost_max < protocol::cost::loaded) {
    return reply_later(protocol::cost::loaded);
  }
  const time_result result = answerer_->answer(asked, in.cost_max);
  if (result.wants_time()) return reply_later(result.took);
  if (result.error) return error_reply(result, query.id, out);
  std::size_t size = encode(on_wire(*result.answer, query.id, asked.what), out);
  if (size > 0) {
    if (query.ahead > 0) size = add_later(query, asked, *result.answer, size, out);
    if (!query.instant) {
      answerer_->packets().store(cache_id_, in.packet, out.first(size),
                                 answerer_->current_generation());
    }
    return {size, query.ahead > 0 ? protocol::cost::loaded : result.took};
  }
  const protocol::error too_large{query.id, protocol::error_code::too_large,
                                  "the answer exceeds the maximum packet size"};
  return failed(too_large.code, encode(too_large, out), result.took);
}

// As many as fit.
std::size_t dt_service::add_later(const protocol::query& query, const time_query& asked,
                                  const time_answer& answer, std::size_t size,
                                  std::span<std::byte> out) {
  std::size_t left = query.ahead;
  answerer_->list_later(asked, answer, [&](std::int64_t from, std::string_view text) {
    const std::size_t longer = protocol::append_later(out, size, {from, text});
    if (longer > 0) size = longer;
    return longer > 0 && --left > 0;
  });
  return size;
}

reply dt_service::make_classic(const protocol::classic_request& request, protocol::cost cost_max,
                               std::span<std::byte> out) noexcept {
  auto& cached = request.what == protocol::subject::time ? times_ : dates_;
  return cached.write(answerer_->current_generation(), out, [&](std::span<std::byte> space) {
    return render_classic(request, cost_max, space);
  });
}

reply dt_service::render_classic(const protocol::classic_request& request, protocol::cost cost_max,
                                 std::span<std::byte> out) noexcept {
  const spoken spoken = classic_language_of(defaults_.locale);
  time_query asked;
  asked.what = from_wire(request.what);
  asked.style = "phrase";
  asked.locales = {&spoken.locale, 1};
  asked.zone = defaults_.zone;
  asked.ascii = defaults_.ascii;

  const time_result result = answerer_->answer(asked, cost_max);
  if (result.wants_time()) return reply_later(result.took);
  if (result.error) return error_reply(result, 0, out);
  const clock::civil_time& civil = result.answer->time.civil;
  const protocol::classic_response response{
      request.magic, spoken.code,  static_cast<std::uint16_t>(civil.year), civil.month, civil.day,
      civil.hour,    civil.minute, result.answer->rendering.text.view()};
  return {encode(response, out), result.took};
}

// Names are searched anew each time.
reply dt_service::make_page(const protocol::list_request& request, protocol::cost cost_max,
                            std::span<std::byte> out) noexcept {
  if (cost_max < protocol::cost::loaded) return reply_later(protocol::cost::loaded);
  if (request.kind == protocol::name_kind::statistics) return make_statistics(request, out);
  return {answerer_->list(request, out), protocol::cost::loaded};
}

reply dt_service::make_statistics(const protocol::list_request& request,
                                  std::span<std::byte> out) const noexcept {
  if (statistics_) {
    return {write_page(request, statistics_->latest()->lines, out), protocol::cost::loaded};
  }
  const protocol::error not_here{
      request.id, protocol::error_code::unsupported_packet,
      "statistics are given by listeners on loopback addresses and Unix sockets only"};
  return failed(not_here.code, encode(not_here, out));
}

protocol::datagram_step dt_service::advance_datagram(std::span<const std::byte> in,
                                                     protocol::cost cost_max,
                                                     std::span<std::byte> out) noexcept {
  const bool is_long = in.size() >= protocol::datagram_size_max;
  const auto packet = in.first(protocol::query_packet_size(in));
  if (is_long && !packet.empty() && packet.size() == in.size()) {
    if (const std::size_t size = write_cached(packet, out)) return {.produced = size};
  }
  received asked{{}, packet, cost_max};
  const auto decoded = protocol::decode_dt_request(in, classic_magic_, asked.request);
  if (decoded.status != protocol::decode_status::complete || decoded.size != in.size()) return {};
  if (std::holds_alternative<protocol::fault>(asked.request)) return {};
  const bool is_classic = std::holds_alternative<protocol::classic_request>(asked.request);
  const bool is_watch = std::holds_alternative<protocol::watch_request>(asked.request) ||
                        std::holds_alternative<protocol::unwatch_request>(asked.request);
  if (is_watch || (!is_classic && !is_long)) return {};
  return datagram_step_of(make_reply(asked, out));
}

}  // namespace polyclock::service
