// The daemon's log: one line per event on standard error, prefixed with time and level, or with the
// syslog priority if systemd's journal reads it. Main owns the only instance.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace polyclock::daemon {

enum class severity : std::uint8_t { error = 1, warning, info, debug };

// Thread-safe: each line is one write(2).
class log {
 public:
  log();

  void set_threshold(severity lowest) noexcept { threshold_.store(lowest); }

  // Control characters are replaced by `?`, since a terminal might interpret them.
  void write(severity severity, std::string_view event) const;

  // Writes why the daemon cannot run, as `polyclockd: why`, in the journal with priority error.
  void write_failure(std::string_view why) const;

  // Writes a line without time or priority, for programs that wait for it.
  void write_plain(std::string_view line) const;

 private:
  std::atomic<severity> threshold_{severity::info};
  bool to_journal_;
};

}  // namespace polyclock::daemon
