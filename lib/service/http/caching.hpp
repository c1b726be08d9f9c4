// For how long caches may keep a reply (RFC 9111).
#pragma once

#include <algorithm>
#include <cstdint>

#include "clock/instant.hpp"
#include "service/http/exchange.hpp"

namespace polyclock::service {

inline constexpr std::int64_t hour = 3600;

// A cache counts from when it gets the reply, so a tenth of a second is left for the way, and another one in which the
// reply may be repeated.
[[nodiscard]] inline std::int64_t whole_seconds_until(std::int64_t end, const clock::instant& now) {
  constexpr std::uint32_t late = 900'000'000;
  return std::max<std::int64_t>(end - now.seconds - (now.nanoseconds >= late ? 2 : 1), 0);
}

// Of a text, until it or, where that is shown beside it, the UTC offset changes.
[[nodiscard]] inline std::int64_t max_age(const http_exchange& asked, const time_query& query,
                                          const time_answer& answer, bool shows_offset) {
  // Until the next release of the tz database or of ICU, about.
  if (query.instant) return hour;
  const clock::instant now = asked.times.now();
  std::int64_t age = 24 * hour;
  if (const auto& end = answer.rendering.valid_until) {
    age = std::min(age, whole_seconds_until(end->seconds, now));
  }
  if (shows_offset && answer.next_transition) {
    age = std::min(age, whole_seconds_until(answer.next_transition->seconds, now));
  }
  return age;
}

// Nor may a cache go on with it while it fetches the next one (RFC 5861).
inline void set_max_age(const http_exchange& asked, std::int64_t seconds, http_reply& reply) {
  auto& text = asked.scratch.cache_control;
  text = "max-age=";
  text.number(static_cast<std::uint32_t>(seconds)) << ", stale-while-revalidate=0";
  reply.head.cache_control = text.view();
}

}  // namespace polyclock::service
