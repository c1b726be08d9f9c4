// The instants at which a zone's clocks show a local time: most often one, two where they are set back, none where
// they are set forward. The HTTP service converts local times by it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "clock/zone.hpp"

namespace polyclock::clock {

class local_instants {
 public:
  // `local_seconds`: the local time as if it were UTC, in seconds since 1970.
  local_instants(const zone& zone, std::int64_t local_seconds) noexcept;

  // Seconds since 1970, the earliest first.
  [[nodiscard]] std::span<const std::int64_t> all() const noexcept {
    return {found_.data(), size_};
  }

  // Where there are none: the transition that skips the local time.
  [[nodiscard]] const std::optional<transition>& gap() const noexcept { return gap_; }

 private:
  std::size_t size_ = 0;
  std::array<std::int64_t, 4> found_{};
  std::optional<transition> gap_;
};

}  // namespace polyclock::clock
