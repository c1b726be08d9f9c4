#include "service/dt_watches.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/fnv1a.hpp"
#include "clock/elapsed.hpp"
#include "protocol/answer.hpp"

namespace polyclock::service {
namespace {

using std::chrono::nanoseconds;

clock::instant from_wire(const protocol::timestamp& when) noexcept {
  return {when.seconds, when.nanoseconds};
}

std::optional<clock::instant> end_of(const protocol::answer& answer) noexcept {
  std::optional<clock::instant> end;
  if (answer.valid_until) end = from_wire(*answer.valid_until);
  if (answer.next_transition) {
    const clock::instant change = from_wire(answer.next_transition->instant);
    end = end ? std::min(*end, change) : change;
  }
  return end;
}

template <typename Number>
std::uint64_t mix(std::uint64_t hash, Number number) noexcept {
  std::array<char, sizeof hash + sizeof number> bytes;
  std::memcpy(bytes.data(), &hash, sizeof hash);
  std::memcpy(bytes.data() + sizeof hash, &number, sizeof number);
  return base::fnv1a({bytes.data(), bytes.size()});
}

std::uint64_t hash_of_lasting(const protocol::answer& answer,
                              const std::optional<clock::instant>& end) noexcept {
  std::uint64_t hash = base::fnv1a(answer.text);
  hash = mix(hash, base::fnv1a(answer.offset.abbreviation));
  hash = mix(hash, answer.offset.seconds);
  return mix(hash, end ? end->seconds : 0);
}

}  // namespace

dt_watch::dt_watch(std::uint32_t id, std::span<const std::byte> packet)
    : packet_(std::make_unique_for_overwrite<std::byte[]>(packet.size())),
      packet_size_(static_cast<std::uint16_t>(packet.size())),
      id_(id) {
  std::memcpy(packet_.get(), packet.data(), packet.size());
}

bool dt_watch::is_due(const answerer& times) const noexcept {
  const clock::instant now = times.now();
  return release_ != times.current_generation().release || now < made_ || (end_ && now >= *end_);
}

bool dt_watch::note(std::span<const std::byte> answer, const answerer& times) noexcept {
  protocol::answer decoded;
  if (!protocol::decode_answer(answer, decoded)) return false;
  const clock::instant now = times.now();
  const bool has_ended = end_ && now >= *end_ && now >= made_;
  const clock::instant from = has_ended ? *end_ : now;
  end_ = end_of(decoded);
  made_ = now;
  release_ = times.current_generation().release;
  const std::uint64_t said = hash_of_lasting(decoded, end_);
  if (std::exchange(said_, said) == said) return false;
  from_ = from;
  return true;
}

bool dt_watches::has_place(const std::shared_ptr<subscribers>& places) {
  if (!place_) place_ = subscriber_place(places);
  return static_cast<bool>(place_);
}

bool dt_watches::has_room(std::uint32_t id) const noexcept {
  const bool is_known =
      std::any_of(all_.begin(), all_.end(), [id](const dt_watch& one) { return one.id() == id; });
  return is_known || all_.size() < protocol::watches_max;
}

void dt_watches::put(dt_watch one) {
  const auto known = std::find_if(all_.begin(), all_.end(),
                                  [&](const dt_watch& other) { return other.id() == one.id(); });
  if (known == all_.end()) {
    all_.push_back(std::move(one));
  } else {
    *known = std::move(one);
  }
}

void dt_watches::remove(std::uint32_t id) noexcept {
  std::erase_if(all_, [id](const dt_watch& one) { return one.id() == id; });
  if (all_.empty()) place_ = subscriber_place();
}

dt_watch* dt_watches::find_due(const answerer& times) noexcept {
  const auto due = std::find_if(all_.begin(), all_.end(),
                                [&](const dt_watch& one) { return one.is_due(times); });
  return due == all_.end() ? nullptr : &*due;
}

nanoseconds dt_watches::until_next(clock::instant now) const noexcept {
  // The wall clock may run a little faster or slower than the timer.
  clock::instant next{now.seconds + 60, now.nanoseconds};
  for (const dt_watch& one : all_) {
    if (one.end()) next = std::min(next, *one.end());
  }
  constexpr nanoseconds margin = std::chrono::microseconds(500);
  return std::max(clock::elapsed(now, next), nanoseconds(0)) + margin;
}

}  // namespace polyclock::service
