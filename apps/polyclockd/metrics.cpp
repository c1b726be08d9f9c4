#include "metrics.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"
#include "protocol/error.hpp"

namespace polyclock {
namespace {

using by_protocol = std::map<std::string, net::counters>;

std::string seconds_text(std::chrono::nanoseconds duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6f", std::chrono::duration<double>(duration).count());
  return text.data();
}

class line_list {
 public:
  void add(const std::string& name, const std::string& value) {
    lines_.push_back("polyclockd_" + name + " " + value);
  }
  void add(const std::string& name, std::uint64_t value) { add(name, std::to_string(value)); }
  void add(const std::string& name, std::string_view label, const std::string& label_value,
           std::uint64_t value) {
    add(name + "{" + std::string(label) + "=\"" + label_value + "\"}", value);
  }

  std::vector<std::string> sorted() {
    std::sort(lines_.begin(), lines_.end(), base::less_ignoring_case);
    return std::move(lines_);
  }

 private:
  std::vector<std::string> lines_;
};

void add_facts(const daemon_facts& facts, line_list& lines) {
  lines.add("info{tz=\"" + facts.tz_version + "\",version=\"" + facts.version + "\"}", 1);
  lines.add("start_time_seconds", std::to_string(facts.start_seconds));
  lines.add("connections_max", facts.connections_max);
  lines.add("reloads_total", "result", "success", facts.reloads);
  lines.add("reloads_total", "result", "failure", facts.failed_reloads);
}

void add_errors(const net::counters& all, line_list& lines) {
  const auto last = static_cast<std::size_t>(protocol::error_code::unsupported_packet);
  for (std::size_t number = 1; number <= last; ++number) {
    const auto code = static_cast<protocol::error_code>(number);
    lines.add("errors_total", "code", std::string(name_of(code)), all.errors[number]);
  }
}

// Which limit was hit, by the name of its option where it has one.
void add_refusals(const net::counters& all, line_list& lines) {
  const std::pair<const char*, std::uint64_t> refusals[] = {
      {"allow", all.forbidden},
      {"connections-max", all.silent},
      {"connections-max-per-address", all.refused},
      {"request-timeout", all.late},
      {"udp-rate", all.over_rate},
      {"waiting-datagrams", all.overloaded},
  };
  for (const auto& [limit, count] : refusals) lines.add("refused_total", "limit", limit, count);
  lines.add("malformed_total", "transport", "stream", all.malformed);
  lines.add("malformed_total", "transport", "datagram", all.invalid);
}

void add_protocol(const std::string& name, const net::counters& counts, line_list& lines) {
  std::uint64_t errors = 0;
  for (const std::uint64_t count : counts.errors) errors += count;
  const std::string labels = "{protocol=\"" + name + "\",result=";
  lines.add("requests_total" + labels + "\"answer\"}", counts.requests - errors);
  lines.add("requests_total" + labels + "\"error\"}", errors);
  lines.add("received_bytes_total", "protocol", name, counts.received_bytes);
  lines.add("sent_bytes_total", "protocol", name, counts.sent_bytes);
}

}  // namespace

std::vector<std::string> metrics(const daemon_facts& facts,
                                 const std::map<net::listener_id, listener_name>& listeners,
                                 const std::map<net::listener_id, net::counters>& counted,
                                 const std::vector<net::client_errors::entry>& errors) {
  line_list lines;
  by_protocol protocols;
  net::counters all;
  for (const auto& [id, name] : listeners) {
    const auto found = counted.find(id);
    const net::counters counts = found == counted.end() ? net::counters{} : found->second;
    all += counts;
    protocols[name.protocol] += counts;
    if (!name.is_open && counts.connections == 0) continue;
    lines.add("connections", "listener", name.endpoint,
              static_cast<std::uint64_t>(std::max<std::int64_t>(counts.connections, 0)));
  }
  add_facts(facts, lines);
  add_errors(all, lines);
  add_refusals(all, lines);
  for (const auto& [name, counts] : protocols) add_protocol(name, counts, lines);
  for (const auto& [network, count] : errors) {
    lines.add("client_errors_total", "network", net::to_text(network), count);
  }
  lines.add("slow_seconds_total", seconds_text(all.slow_time));
  return lines.sorted();
}

}  // namespace polyclock
