// The daemon's log: one line per event on standard error, prefixed with time and level, or with the
// syslog priority if systemd's journal reads it. Main owns the only instance.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyclock::daemon {

enum class severity : std::uint8_t { error = 1, warning, info, debug };

// Thread-safe: each line is one write(2), of at most 4 KiB. A reader that does not keep up loses lines, which are
// counted, rather than stop the daemon.
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
  void write_line(std::string line, std::string_view event) const;

  std::atomic<severity> threshold_{severity::info};
  mutable std::atomic<std::uint64_t> dropped_{0};
  bool to_journal_;
};

}  // namespace polyclock::daemon
