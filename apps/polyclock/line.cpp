#include "line.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "host_offset.hpp"
#include "json.hpp"
#include "protocol/rfc3339.hpp"

namespace polyclock {
namespace {

// `NZDT, UTC+13:00`, with seconds unless they are zero.
std::string offset_text(const protocol::offset_fields& offset) {
  const int seconds = std::abs(offset.seconds);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), ", UTC%c%02d:%02d", offset.seconds < 0 ? '-' : '+',
                seconds / 3600, seconds / 60 % 60);
  std::string result = std::string(offset.abbreviation) + text.data();
  if (seconds % 60 != 0) {
    std::snprintf(text.data(), text.size(), ":%02d", seconds % 60);
    result += text.data();
  }
  return result;
}

std::string transition_line(const protocol::answer& answer) {
  const std::string zone(answer.zone);
  const std::string now = offset_text(answer.offset);
  const auto& next = answer.next_transition;
  if (!next) return zone + " stays at " + now + ": no known transition";
  return zone + " changes at " + std::string(protocol::format_instant(next->instant).view()) +
         " from " + now + " to " + offset_text(next->to);
}

std::string seconds_text(std::int64_t microseconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6f s", static_cast<double>(microseconds) / 1e6);
  return text.data();
}

std::string error_text(std::uint32_t microseconds) {
  return microseconds == protocol::unknown_error_us ? "unknown" : seconds_text(microseconds);
}

std::string quality_line(const protocol::clock_fields& clock, const host_offset& host) {
  constexpr std::array leap_names{"none", "a second inserted", "a second deleted", "unknown"};
  const std::int64_t offset = host.offset.count();
  return std::string(clock.synchronized ? "synchronized" : "not synchronized") +
         ", estimated error " + error_text(clock.estimated_error_us) + ", maximum error " +
         error_text(clock.maximum_error_us) + ", leap second " + leap_names[clock.leap_indicator] +
         "; this host is " + seconds_text(std::abs(offset)) + (offset < 0 ? " behind" : " ahead") +
         ", uncertainty " + seconds_text(host.uncertainty.count());
}

// A line for each text that follows: the instant from which it holds, and the text.
std::string later_lines(protocol::answer answer) {
  std::string lines;
  while (const auto later = next_later(answer)) {
    if (!lines.empty()) lines += "\n";
    lines += std::string(protocol::format_instant({later->from, 0}).view()) + " ";
    lines += later->text;
  }
  return lines;
}

}  // namespace

std::string format_line(const protocol::answer& answer, const arguments& arguments,
                        const client::received_reply& received) {
  std::optional<host_offset> host;
  if (!arguments.at) host = offset_from(received, answer.instant);
  switch (arguments.output) {
    case output::json:
      return to_json(answer, received.server, host, arguments.next > 0);
    case output::next_transition:
      return transition_line(answer);
    case output::quality:
      return quality_line(answer.clock, *host);
    case output::text:
      break;
  }
  return arguments.next > 0 ? later_lines(answer) : std::string(answer.text);
}

}  // namespace polyclock
