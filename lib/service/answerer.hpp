// The meaning of every request: a question, the time and the zones become a text and all that is
// known about it. One lives in each worker; the services of that worker's listeners share it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clock/wall_clock.hpp"
#include "clock/zone_database.hpp"
#include "format/registry.hpp"
#include "protocol/error.hpp"
#include "protocol/listing.hpp"
#include "protocol/service.hpp"
#include "service/answer_cache.hpp"
#include "service/answer_epoch.hpp"

namespace polyclock::service {

using zone_snapshot = std::shared_ptr<const clock::zone_database>;

struct question {
  format::subject what = format::subject::both;
  std::string_view style;                     // empty: what suits the language
  std::span<const std::string_view> locales;  // best first, at least one
  std::string_view zone;
  std::optional<clock::instant> instant;  // none: now
  bool ascii = false;
};

// The text with its facts, as long as the answerer is not asked again.
struct telling {
  format::moment moment;
  const format::rendering& rendering;
  const std::optional<clock::transition>& next_transition;
  std::string_view tz_version;
  clock::clock_quality quality;
};

// Why there is no answer.
struct refusal {
  protocol::error_code code;
  format::text sentence;
};

class answerer {
 public:
  answerer(zone_snapshot zones, std::unique_ptr<clock::wall_clock> clock);

  // Makes ready what the first answers would else wait for.
  void warm_up() noexcept;

  // The answer; nothing where there is none, and then `refusal` says why.
  [[nodiscard]] std::optional<telling> answer(const question& question, refusal& refusal) noexcept;

  // Reads the clock: what is asked until the next call is asked then.
  void observe_time() noexcept { now_ = clock_->now(); }
  [[nodiscard]] clock::instant now() const noexcept { return now_; }

  // What the answers since the last call took, the most of it.
  [[nodiscard]] protocol::effort take_effort() noexcept {
    return std::exchange(effort_, protocol::effort::none);
  }

  // A page of the zones or locales that there are; returns its size.
  [[nodiscard]] std::size_t list(const protocol::list_request& request,
                                 std::span<std::byte> out) noexcept;

  [[nodiscard]] answer_epoch epoch() const noexcept { return {now_.seconds, release_}; }

  // Another release of the tz database: every later answer is wholly of this one.
  void adopt(zone_snapshot zones) noexcept;

 private:
  // Each returns false where it refuses.
  bool render(const question& question, const format::moment& moment, format::rendering& out,
              refusal& refusal) noexcept;
  bool fill(const question& question, clock::instant when, kept_answer& entry,
            refusal& refusal) noexcept;

  void note_effort(protocol::effort took) noexcept { effort_ = std::max(effort_, took); }

  zone_snapshot zones_;
  std::uint64_t release_ = 1;  // grows with each adoption
  std::unique_ptr<clock::wall_clock> clock_;
  clock::instant now_;
  protocol::effort effort_ = protocol::effort::none;
  format::registry registry_;
  std::vector<std::string> locales_;  // filled when first listed
  answer_cache cache_;
};

}  // namespace polyclock::service
