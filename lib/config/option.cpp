#include "config/option.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace polyclock::config {
namespace {

using status = std::optional<invalid>;

constexpr std::array<std::string_view, 4> level_names{"error", "warning", "info", "debug"};

template <typename Integer>
status read_number(Integer& number, const std::string& value, std::uint64_t min,
                   std::uint64_t max) {
  std::uint64_t read = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
  if (error != std::errc() || end != value.data() + value.size() || read < min || read > max) {
    return invalid{"is no whole number from " + std::to_string(min) + " to " + std::to_string(max)};
  }
  number = static_cast<Integer>(read);
  return std::nullopt;
}

status read_seconds(std::chrono::seconds& seconds, const std::string& value, std::uint64_t min) {
  constexpr std::uint64_t day = 86400;
  std::uint64_t number = 0;
  auto wrong = read_number(number, value, min, day);
  if (!wrong) seconds = std::chrono::seconds(number);
  return wrong;
}

status read_text(std::string& text, const std::string& value) {
  if (value.empty()) return invalid{"is empty"};
  if (value.find_first_of(" #") != std::string::npos) return invalid{"holds a space or a #"};
  text = value;
  return std::nullopt;
}

status read_listener(settings& settings, const std::string& value) {
  auto url = parse_listener_url(value);
  if (!url) return url.error();
  settings.listen.push_back(std::move(*url));
  return std::nullopt;
}

status read_level(settings& settings, const std::string& value) {
  const auto found = std::find(level_names.begin(), level_names.end(), value);
  if (found == level_names.end()) return invalid{"is none of error, warning, info, debug"};
  settings.level = static_cast<log_level>(found - level_names.begin() + 1);
  return std::nullopt;
}

std::vector<std::string> listener_texts(const settings& settings) {
  std::vector<std::string> texts;
  for (const listener_url& url : settings.listen) texts.push_back(url.text);
  return texts;
}

std::vector<std::string> set_text(const std::string& text) {
  return text.empty() ? std::vector<std::string>{} : std::vector{text};
}

std::vector<std::string> number_text(std::uint64_t number) {
  return {std::to_string(number)};
}

std::vector<std::string> seconds_text(std::chrono::seconds seconds) {
  return {std::to_string(seconds.count())};
}

std::vector<std::string> level_text(const settings& settings) {
  return {std::string(level_names[static_cast<std::size_t>(settings.level) - 1])};
}

using in = settings&;
using from = const settings&;
using value = const std::string&;

constexpr std::array table{
    option{"listen", "URL", "a listener, such as dt+tcp://0.0.0.0:18814; repeatable",
           "dt+tcp on port 18814 of 127.0.0.1 and [::1]", true, true, read_listener,
           listener_texts},
    option{"locale", "TAG", "locale for clients that name none (BCP 47)", "en", false, true,
           [](in s, value v) { return read_text(s.locale, v); },
           [](from s) { return set_text(s.locale); }},
    option{"zone", "NAME", "zone for clients that name none (IANA)", "the system's, else UTC",
           false, true, [](in s, value v) { return read_text(s.zone, v); },
           [](from s) { return set_text(s.zone); }},
    option{"zoneinfo", "DIR", "the tz database", "$TZDIR, else /usr/share/zoneinfo", false, true,
           [](in s, value v) { return read_text(s.zoneinfo, v); },
           [](from s) { return set_text(s.zoneinfo); }},
    option{"threads", "N", "worker threads; 0 is one per core", "0", false, false,
           [](in s, value v) { return read_number(s.threads, v, 0, 256); },
           [](from s) { return number_text(s.threads); }},
    option{"connections-max", "N", "open sessions in all", "10000", false, true,
           [](in s, value v) { return read_number(s.connections_max, v, 1, 1'000'000); },
           [](from s) { return number_text(s.connections_max); }},
    option{
        "connections-max-per-address", "N",
        "open sessions for each address prefix (/32, /64); 0 is no cap", "0", false, true,
        [](in s, value v) { return read_number(s.connections_max_per_address, v, 0, 1'000'000); },
        [](from s) { return number_text(s.connections_max_per_address); }},
    option{"udp-rate", "N", "datagrams answered a second for each network (/24, /56); 0 is no cap",
           "1000", false, true,
           [](in s, value v) { return read_number(s.udp_rate, v, 0, 1'000'000); },
           [](from s) { return number_text(s.udp_rate); }},
    option{"idle-timeout", "S", "seconds until a session without a request is closed", "60", false,
           true, [](in s, value v) { return read_seconds(s.idle_timeout, v, 1); },
           [](from s) { return seconds_text(s.idle_timeout); }},
    option{"request-timeout", "S",
           "seconds from a request's first byte to its last, and for a reply to be taken", "5",
           false, true, [](in s, value v) { return read_seconds(s.request_timeout, v, 1); },
           [](from s) { return seconds_text(s.request_timeout); }},
    option{"grace-period", "S", "seconds that a drain may last", "10", false, true,
           [](in s, value v) { return read_seconds(s.grace_period, v, 0); },
           [](from s) { return seconds_text(s.grace_period); }},
    option{"log-level", "L", "error, warning, info or debug", "info", false, true, read_level,
           level_text},
};

}  // namespace

std::span<const option> options() {
  return table;
}

}  // namespace polyclock::config
