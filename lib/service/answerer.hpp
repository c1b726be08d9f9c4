// The meaning of every request: a question, the time and the zones become a text and all that is
// known about it. One lives in each worker; the services of that worker's listeners share it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "clock/wall_clock.hpp"
#include "clock/zone_database.hpp"
#include "format/registry.hpp"
#include "protocol/error.hpp"

namespace polyclock::service {

struct question {
  format::subject what = format::subject::both;
  std::string_view style;                     // empty: what suits the language
  std::span<const std::string_view> locales;  // best first, at least one
  std::string_view zone;
  std::optional<clock::instant> instant;  // none: now
  bool ascii = false;
};

// The text with its facts. Views point into the zone database and into literals.
struct telling {
  format::moment moment;
  format::rendering rendering;
  std::string_view style;
  std::optional<clock::transition> next_transition;
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
  answerer(std::shared_ptr<const clock::zone_database> zones,
           std::unique_ptr<clock::wall_clock> clock)
      : zones_(std::move(zones)), clock_(std::move(clock)), telling_{here(), {}, {}, {}, {}, {}} {}

  // The answer, valid until the next call; nullptr where there is none, and then `refusal` says
  // why.
  [[nodiscard]] const telling* answer(const question& question, refusal& refusal) noexcept;

 private:
  [[nodiscard]] format::moment here() const noexcept {
    return {clock_->now(), *zones_->find("UTC")};
  }
  // Each returns false where it refuses.
  bool set_moment(const question& question, refusal& refusal) noexcept;
  bool render(const question& question, refusal& refusal) noexcept;
  bool fold(refusal& refusal) noexcept;

  std::shared_ptr<const clock::zone_database> zones_;
  std::unique_ptr<clock::wall_clock> clock_;
  format::registry registry_;
  telling telling_;
};

}  // namespace polyclock::service
