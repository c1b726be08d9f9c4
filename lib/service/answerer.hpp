// The meaning of every request: a query, the time and the zones become a text and the facts about it. Each worker
// has one, which the services of its listeners share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clock/wall_clock.hpp"
#include "clock/zone_database.hpp"
#include "format/registry.hpp"
#include "format/word_set.hpp"
#include "protocol/error.hpp"
#include "protocol/listing.hpp"
#include "protocol/service.hpp"
#include "service/answer_cache.hpp"
#include "service/generation.hpp"
#include "service/http/response_cache.hpp"
#include "service/packet_cache.hpp"

namespace polyclock::service {

class event_clocks;

using zone_snapshot = std::shared_ptr<const clock::zone_database>;
using word_snapshot = format::word_set::pointer;

struct time_query {
  format::components what = format::components::both;
  std::string_view style;                     // empty: phrase where the language has one, else long
  std::span<const std::string_view> locales;  // best first, at least one
  std::string_view zone;
  std::optional<clock::instant> instant;  // none: now
  bool ascii = false;
};

// The text with its facts; the references are valid until the next query.
struct time_answer {
  format::zoned_time time;
  const format::rendering& rendering;
  const std::optional<clock::transition>& next_transition;
  std::string_view tz_version;
  clock::clock_quality quality;
};

// Why there is no answer.
struct time_error {
  protocol::error_code code{};
  format::text sentence;
  std::string_view suggestion = {};  // a zone that may have been meant
};

// Where no zone has that name, with one that may have been meant. To look for it costs as much as loading.
[[nodiscard]] time_error unknown_zone(const clock::zone_database& zones,
                                      std::string_view name) noexcept;

// An answer, or an error, or neither.
struct time_result {
  std::optional<time_answer> answer;
  std::optional<time_error> error;
  protocol::cost took = protocol::cost::cached;

  // Whether the answer would cost `took`, which is more than was allowed.
  [[nodiscard]] bool wants_time() const noexcept { return !answer && !error; }
};

class answerer {
 public:
  answerer(zone_snapshot zones, std::unique_ptr<clock::wall_clock> clock,
           word_snapshot words = format::word_set::built_in());

  // Loads the ICU data that the first requests need.
  void warm_up() noexcept;

  [[nodiscard]] time_result answer(const time_query& query,
                                   protocol::cost cost_max = protocol::cost::loaded) noexcept;

  // The texts that follow the answer to the query, and the seconds from which they hold, as long as `take` returns
  // true, for about a millisecond at most. The query has the answer's instant.
  void list_later(const time_query& query, const time_answer& answer,
                  const std::function<bool(std::int64_t from, std::string_view text)>& take);

  // Reads the clock, for all queries until the next call.
  void observe_time() noexcept { now_ = clock_->now(); }
  [[nodiscard]] clock::instant now() const noexcept { return now_; }

  // Writes a page of the available zones or locales; returns its size.
  [[nodiscard]] std::size_t list(const protocol::list_request& request,
                                 std::span<std::byte> out) noexcept;

  [[nodiscard]] generation current_generation() const noexcept { return {now_.seconds, release_}; }

  // Replies of this worker's DT listeners, and of its HTTP listeners.
  [[nodiscard]] packet_cache& packets() noexcept { return packets_; }
  [[nodiscard]] response_cache& responses() noexcept { return responses_; }
  // What the subscribers of its HTTP listeners watch.
  [[nodiscard]] const std::shared_ptr<event_clocks>& watched() const noexcept { return watched_; }

  [[nodiscard]] const clock::zone_database& zones() const noexcept { return *zones_; }
  // Sorted. The first call loads them.
  [[nodiscard]] const std::vector<std::string>& locales() noexcept;

  // Sorted: the styles that tell the time in words.
  [[nodiscard]] const std::vector<std::string>& word_styles() const noexcept {
    return registry_.files().styles();
  }

  // Replaces the tz database, or the words of the time, for every later answer.
  void adopt(zone_snapshot zones) noexcept;
  void adopt(word_snapshot words) noexcept;

 private:
  // What an answer that is not cached will cost.
  [[nodiscard]] protocol::cost cost_of(const time_query& query) noexcept;
  // Each fills in the result's error and returns false where there is no answer.
  bool render(const time_query& query, const format::zoned_time& time, format::rendering& out,
              time_result& result) noexcept;
  bool fill(const time_query& query, clock::instant when, cached_answer& entry,
            time_result& result) noexcept;

  zone_snapshot zones_;
  std::uint64_t release_ = 1;  // grows with each adoption
  std::unique_ptr<clock::wall_clock> clock_;
  clock::instant now_;
  format::registry registry_;
  std::vector<std::string> locales_;  // filled when first listed
  answer_cache cache_;
  packet_cache packets_;
  response_cache responses_;
  std::shared_ptr<event_clocks> watched_;
};

}  // namespace polyclock::service
