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

struct family {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

constexpr std::array families{
    family{"client_errors_total", "counter", "Errors of clients by their network."},
    family{"connections", "gauge", "Open connections by listener."},
    family{"connections_max", "gauge", "Connections that may be open at the same time."},
    family{"errors_total", "counter", "Errors that were replied, by code."},
    family{"event_lateness_seconds", "histogram",
           "Time from the instant of an event until it was sent to a subscriber."},
    family{"info", "gauge", "Versions of the daemon and of its tz database; always 1."},
    family{"malformed_total", "counter", "Connections and datagrams that were no requests."},
    family{"received_bytes_total", "counter", "Bytes received, by protocol."},
    family{"refused_total", "counter", "Connections and datagrams beyond a limit, by limit."},
    family{"reloads_total", "counter", "Reloads of the configuration, by result."},
    family{"requests_total", "counter", "Requests, by protocol and result."},
    family{"sent_bytes_total", "counter", "Bytes sent, by protocol."},
    family{"slow_seconds_total", "counter",
           "Time spent on requests for which data had to be loaded or names searched."},
    family{"subscribers", "gauge", "Open subscriptions."},
    family{"start_time_seconds", "gauge", "When the daemon started, in seconds since 1970."},
};

class sample_list {
 public:
  // The samples of a histogram have its name and a suffix.
  void add(std::string_view name, const std::string& labels, const std::string& value,
           std::string_view suffix = "") {
    const std::string braced = labels.empty() ? "" : "{" + labels + "}";
    std::string line = "polyclockd_" + std::string(name) + std::string(suffix);
    samples_.emplace(name, line += braced + " " + value);
  }
  void add(std::string_view name, const std::string& labels, std::uint64_t value) {
    add(name, labels, std::to_string(value));
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const auto& [name, line] : samples_) lines.push_back(line);
    std::sort(lines.begin(), lines.end(), base::less_ignoring_case);
    return lines;
  }

  [[nodiscard]] std::string exposition() const {
    std::string text;
    for (const auto& [name, type, help] : families) {
      const auto [first, last] = samples_.equal_range(name);
      if (first == last) continue;
      const std::string full = "polyclockd_" + std::string(name) + " ";
      text += "# HELP " + full + std::string(help) + "\n# TYPE " + full + std::string(type) + "\n";
      for (auto sample = first; sample != last; ++sample) text += sample->second + "\n";
    }
    return text;
  }

 private:
  std::multimap<std::string_view, std::string> samples_;  // by family
};

std::string label(std::string_view name, const std::string& value) {
  return std::string(name) + "=\"" + value + "\"";
}

void add_facts(const daemon_facts& facts, sample_list& samples) {
  samples.add("info", label("tz", facts.tz_version) + "," + label("version", facts.version), 1);
  samples.add("start_time_seconds", "", std::to_string(facts.start_seconds));
  samples.add("connections_max", "", facts.connections_max);
  samples.add("reloads_total", label("result", "success"), facts.reloads);
  samples.add("reloads_total", label("result", "failure"), facts.failed_reloads);
}

void add_errors(const net::counters& all, sample_list& samples) {
  const auto last = static_cast<std::size_t>(protocol::error_code::unsupported_packet);
  for (std::size_t number = 1; number <= last; ++number) {
    const auto code = static_cast<protocol::error_code>(number);
    samples.add("errors_total", label("code", std::string(name_of(code))), all.errors[number]);
  }
}

// Which limit was hit, by the name of its option where it has one.
void add_refusals(const net::counters& all, const daemon_facts& facts, sample_list& samples) {
  const std::pair<const char*, std::uint64_t> refusals[] = {
      {"allow", all.forbidden},
      {"connections-max", all.silent},
      {"connections-max-per-address", all.refused},
      {"proxy", all.unproxied},
      {"request-timeout", all.late},
      {"subscribers-max", facts.refused_subscribers},
      {"udp-rate", all.over_rate},
      {"waiting-datagrams", all.overloaded},
  };
  for (const auto& [limit, count] : refusals) {
    samples.add("refused_total", label("limit", limit), count);
  }
  samples.add("malformed_total", label("transport", "stream"), all.malformed);
  samples.add("malformed_total", label("transport", "datagram"), all.invalid);
}

void add_events(const net::counters& all, sample_list& samples) {
  constexpr std::string_view name = "event_lateness_seconds";
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < all.events.late.size(); ++i) {
    count += all.events.late[i];
    const bool is_last = i == net::event_counters::bounds.size();
    const std::string bound =
        is_last ? "+Inf" : seconds_text(net::event_counters::bounds[i]).substr(0, 5);
    samples.add(name, label("le", bound), std::to_string(count), "_bucket");
  }
  samples.add(name, "", seconds_text(all.events.lateness), "_sum");
  samples.add(name, "", std::to_string(count), "_count");
  samples.add("subscribers", "",
              static_cast<std::uint64_t>(std::max<std::int64_t>(all.subscribers, 0)));
}

void add_protocol(const std::string& name, const net::counters& counts, sample_list& samples) {
  std::uint64_t errors = 0;
  for (const std::uint64_t count : counts.errors) errors += count;
  const std::string protocol = label("protocol", name);
  samples.add("requests_total", protocol + "," + label("result", "answer"),
              counts.requests - errors);
  samples.add("requests_total", protocol + "," + label("result", "error"), errors);
  samples.add("received_bytes_total", protocol, counts.received_bytes);
  samples.add("sent_bytes_total", protocol, counts.sent_bytes);
}

// Addresses and paths are no labels for Prometheus, which keeps each label for ever.
void add_connections(const std::map<std::string, std::int64_t>& open, sample_list& samples) {
  for (const auto& [listener, count] : open) {
    samples.add("connections", label("listener", listener),
                std::to_string(std::max<std::int64_t>(count, 0)));
  }
}

}  // namespace

service::published_statistics metrics(const daemon_facts& facts,
                                      const std::map<net::listener_id, listener_name>& listeners,
                                      const std::map<net::listener_id, net::counters>& counted,
                                      const std::vector<net::client_errors::entry>& errors) {
  sample_list samples;
  by_protocol protocols;
  net::counters all;
  std::map<std::string, std::int64_t> by_endpoint;
  std::map<std::string, std::int64_t> by_scheme;
  for (const auto& [id, name] : listeners) {
    const auto found = counted.find(id);
    const net::counters counts = found == counted.end() ? net::counters{} : found->second;
    all += counts;
    protocols[name.protocol] += counts;
    if (!name.is_open && counts.connections == 0) continue;
    by_endpoint[name.endpoint] += counts.connections;
    by_scheme[name.endpoint.substr(0, name.endpoint.find(':'))] += counts.connections;
  }
  add_facts(facts, samples);
  add_errors(all, samples);
  add_refusals(all, facts, samples);
  add_events(all, samples);
  for (const auto& [name, counts] : protocols) add_protocol(name, counts, samples);
  samples.add("slow_seconds_total", "", seconds_text(all.slow_time));
  sample_list to_host = samples;
  add_connections(by_endpoint, to_host);
  for (const auto& [network, count] : errors) {
    to_host.add("client_errors_total", label("network", net::to_text(network)), count);
  }
  add_connections(by_scheme, samples);
  return {to_host.lines(), samples.exposition()};
}

}  // namespace polyclock
