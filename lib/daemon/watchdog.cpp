#include "daemon/watchdog.hpp"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <system_error>

#include "base/parse_number.hpp"
#include "daemon/notify.hpp"

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

substitute_heartbeat::substitute_heartbeat(std::chrono::milliseconds interval) {
  const auto send = [interval](const std::stop_token& ended) {
    const auto latest = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    const auto has_ended = [&] { return ended.stop_requested(); };
    while (!woken.wait_for(lock, ended, interval, has_ended)) {
      if (std::chrono::steady_clock::now() > latest) return;
      notify("WATCHDOG=1");
    }
  };
  try {
    thread_ = std::jthread(send);
  } catch (const std::system_error&) {  // no thread is to be had: none are sent
  }
}

}  // namespace polyclock::daemon
