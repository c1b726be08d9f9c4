#include "daemon/log.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <string>

namespace polyclock::daemon {
namespace {

constexpr std::size_t line_size_max = PIPE_BUF;

// The prefix of a line with its syslog(3) priority, see sd-daemon(3).
std::string_view priority_prefix(severity severity) {
  switch (severity) {
    case severity::error:
      return "<3>";
    case severity::warning:
      return "<4>";
    case severity::info:
      return "<6>";
    case severity::debug:
      return "<7>";
  }
  return "<6>";
}

std::string_view level_prefix(severity severity) {
  switch (severity) {
    case severity::error:
      return "error ";
    case severity::warning:
      return "warning ";
    case severity::info:
      return "info ";
    case severity::debug:
      return "debug ";
  }
  return "";
}

std::string time_prefix() {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  std::tm fields{};
  gmtime_r(&now.tv_sec, &fields);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%FT%TZ ", &fields)};
}

// Whether a descriptor is the stream that systemd connected to the journal, see JOURNAL_STREAM in
// systemd.exec(5).
bool is_journal(int descriptor) {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(descriptor, &status) != 0) return false;
  return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

// False if the reader is so slow that a line might have to wait for it. A pipe that is ready takes PIPE_BUF bytes.
bool is_ready(int descriptor) {
  pollfd events{descriptor, POLLOUT, 0};
  return poll(&events, 1, 0) > 0;
}

}  // namespace

log::log() : to_journal_(is_journal(STDERR_FILENO)) {}

void log::write_line(std::string line, std::string_view event) const {
  if (!is_ready(STDERR_FILENO)) {
    ++dropped_;
    return;
  }
  if (const std::uint64_t dropped = dropped_.exchange(0); dropped > 0) {
    write_line({}, std::to_string(dropped) + " lines of the log were dropped");
  }
  for (const char c : event.substr(0, line_size_max - line.size() - 1)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    line.push_back(control ? '?' : c);
  }
  line.push_back('\n');
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void log::write(severity severity, std::string_view event) const {
  if (severity > threshold_.load()) return;
  std::string line(to_journal_ ? priority_prefix(severity) : std::string_view());
  if (!to_journal_) line = time_prefix() + std::string(level_prefix(severity));
  write_line(std::move(line), event);
}

void log::write_failure(std::string_view why) const {
  const std::string_view prefix =
      to_journal_ ? priority_prefix(severity::error) : std::string_view();
  write_line(std::string(prefix) + "polyclockd: ", why);
}

void log::write_plain(std::string_view line) const {
  write_line({}, line);
}

}  // namespace polyclock::daemon
