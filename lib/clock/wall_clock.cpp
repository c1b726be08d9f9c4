#include "clock/wall_clock.hpp"

#include <sys/timex.h>

#include <algorithm>
#include <ctime>

namespace polyclock::clock {
namespace {

std::timespec read_clock(clockid_t id) noexcept {
  std::timespec time{};
  clock_gettime(id, &time);
  return time;
}

std::uint32_t saturated(long microseconds) noexcept {
  return static_cast<std::uint32_t>(std::clamp<long>(microseconds, 0, UINT32_MAX));
}

// The leap indicator of RFC 5905 for the state that adjtimex(2) returns.
std::uint8_t leap_indicator(int state) noexcept {
  switch (state) {
    case TIME_INS:
      return 1;
    case TIME_DEL:
      return 2;
    case TIME_ERROR:
      return 3;
    default:
      return 0;
  }
}

clock_quality sample() noexcept {
  timex kernel{};
  const int state = adjtimex(&kernel);
  if (state < 0) return {};
  const bool synchronized = state != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0;
  return {synchronized, synchronized ? leap_indicator(state) : std::uint8_t{3},
          saturated(kernel.esterror), saturated(kernel.maxerror)};
}

}  // namespace

instant system_clock::now() const noexcept {
  const std::timespec time = read_clock(CLOCK_REALTIME);
  return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}

clock_quality system_clock::quality() noexcept {
  const std::int64_t second = read_clock(CLOCK_MONOTONIC_COARSE).tv_sec;
  if (second != sampled_at_) {
    quality_ = sample();
    sampled_at_ = second;
  }
  return quality_;
}

}  // namespace polyclock::clock
