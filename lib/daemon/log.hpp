// The daemon's log: one line an event on stderr, with the time in front, or with the journal's
// priority where systemd reads it. Main owns the only one.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace polyclock::daemon {

enum class severity : std::uint8_t { error = 1, warning, info, debug };

// Safe to use from all threads: a line is one write.
class log {
 public:
  log();

  void set_threshold(severity least) noexcept { threshold_.store(least); }

  // Bytes that a terminal might obey are shown as `?`.
  void write(severity severity, std::string_view event) const;

  // Why the daemon cannot run: for people `polyclockd: why`, for the journal an error.
  void refuse(std::string_view why) const;

  // A line without time or priority, for programs that wait for it.
  void announce(std::string_view line) const;

 private:
  std::atomic<severity> threshold_{severity::info};
  bool to_journal_;
};

}  // namespace polyclock::daemon
