#include "service/http/event_clock.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "json/answer.hpp"
#include "protocol/http_accept.hpp"
#include "protocol/http_response.hpp"
#include "service/http/json_body.hpp"
#include "service/wire_answer.hpp"

namespace polyclock::service {
namespace {

constexpr char separator = '\0';

std::string_view take_name(std::string_view& key) {
  const std::string_view name = key.substr(0, key.find(separator));
  key.remove_prefix(name.size() + 1);
  return name;
}

// A query whose names are in a key: what, ascii and number as a byte each, then the names with a NUL behind each.
struct keyed_query {
  time_query query;
  std::array<std::string_view, protocol::accepted_languages::size_max + 1> locales;

  explicit keyed_query(std::string_view key) {
    query.what = static_cast<format::components>(key[0]);
    query.ascii = key[1] != 0;
    key.remove_prefix(3);
    query.style = take_name(key);
    query.zone = take_name(key);
    std::size_t count = 0;
    while (!key.empty() && count < locales.size()) locales[count++] = take_name(key);
    query.locales = std::span(locales).first(count);
  }
};

// Of the text and of what is said of it.
std::optional<clock::instant> end_of(const time_answer& answer) {
  std::optional<clock::instant> end = answer.rendering.valid_until;
  if (answer.next_transition) {
    const clock::instant change{answer.next_transition->seconds, 0};
    end = end ? std::min(*end, change) : change;
  }
  return end;
}

bool holds_at(const time_answer& answer, const clock::instant& when) {
  const auto end = end_of(answer);
  return !end || when < *end;
}

std::string data_line(std::string_view data) {
  return "data: " + std::string(data) + "\n\n";
}

// `event` names the clock where there are several.
std::string event_text(std::int64_t id, unsigned number, std::string_view data) {
  std::string text = "id: " + std::to_string(id) + "\n";
  if (number > 0) text += "event: " + std::to_string(number) + "\n";
  return text + data_line(data);
}

std::shared_ptr<const event_bytes> in_chunk(const std::string& event) {
  const auto head = protocol::chunk_head_of(event.size());
  auto made = std::make_shared<event_bytes>();
  made->head_size = head.view().size();
  made->chunk.reserve(made->head_size + event.size() + protocol::http_line_end.size());
  (made->chunk += head.view()) += event;
  made->chunk += protocol::http_line_end;
  return made;
}

}  // namespace

event_clock::event_clock(const time_query& query, unsigned number) : key_(key_of(query, number)) {}

std::string event_clock::key_of(const time_query& query, unsigned number) {
  std::string key{static_cast<char>(query.what), static_cast<char>(query.ascii),
                  static_cast<char>(number)};
  const auto put = [&key](std::string_view name) { (key += name) += separator; };
  put(query.style);
  put(query.zone);
  for (const std::string_view locale : query.locales) put(locale);
  return key;
}

event_clock::refreshed event_clock::refresh(answerer& times, protocol::cost cost_max,
                                            http_scratch& scratch) {
  if (is_current(times)) return {};
  const clock::instant now = times.now();
  keyed_query asked(key_);
  if (end_ && now >= *end_) {
    // Most often the text that began there is the present one.
    asked.query.instant = end_;
    const time_result begun = times.answer(asked.query, cost_max);
    if (begun.wants_time()) return {false, begun.took};
    if (begun.answer && holds_at(*begun.answer, now)) {
      adopt(*begun.answer, end_->seconds, times, scratch);
      return {true, begun.took};
    }
    asked.query.instant.reset();
  }
  const time_result result = times.answer(asked.query, cost_max);
  if (result.answer) adopt(*result.answer, now.seconds, times, scratch);
  return {result.answer.has_value(), result.took, result.error};
}

bool event_clock::is_current(const answerer& times) const noexcept {
  const clock::instant now = times.now();
  return version_ > 0 && release_ == times.current_generation().release && now >= made_ &&
         (!end_ || now < *end_);
}

void event_clock::adopt(const time_answer& answer, std::int64_t from, answerer& times,
                        http_scratch& scratch) {
  const auto what = static_cast<format::components>(key_[0]);
  json_memory memory(scratch);
  const std::string_view data =
      json_body(json::lasting_answer(on_wire(answer, 0, what), memory.get()), scratch);
  release_ = times.current_generation().release;
  made_ = times.now();
  end_ = end_of(answer);
  if (version_ > 0 && bytes_->event().ends_with(data_line(data))) return;
  from_ = from;
  bytes_ = in_chunk(event_text(from, static_cast<unsigned char>(key_[2]), data));
  ++version_;
}

std::shared_ptr<event_clock> event_clocks::find_or_add(const time_query& query, unsigned number,
                                                       const protocol::peer_address& peer) {
  std::string key = event_clock::key_of(query, number);
  if (const auto known = clocks_.find(key); known != clocks_.end()) return known->second.lock();
  const network_number network = network_of(peer);
  if (!places_.take(network)) return nullptr;
  const auto forget = [all = shared_from_this(), key, network](event_clock* one) {
    delete one;
    all->clocks_.erase(key);
    all->places_.give_back(network);
  };
  std::shared_ptr<event_clock> made(new event_clock(query, number), forget);
  clocks_.emplace(std::move(key), made);
  return made;
}

}  // namespace polyclock::service
