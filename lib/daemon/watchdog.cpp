#include "daemon/watchdog.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/parse_number.hpp"

namespace polyclock::daemon {
namespace {

std::optional<std::uint64_t> read_number(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? std::nullopt : base::parse_number<std::uint64_t>(text);
}

}  // namespace

std::optional<std::chrono::milliseconds> take_watchdog_interval() {
  using std::chrono::milliseconds;
  const auto timeout = read_number("WATCHDOG_USEC");
  const auto process = read_number("WATCHDOG_PID");
  for (const char* variable : {"WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(variable);
  const bool is_for_us = !process || *process == static_cast<std::uint64_t>(getpid());
  if (!timeout || *timeout == 0 || !is_for_us) return std::nullopt;
  const auto half =
      std::chrono::duration_cast<milliseconds>(std::chrono::microseconds(*timeout)) / 2;
  return std::max(half, milliseconds(1));
}

}  // namespace polyclock::daemon
