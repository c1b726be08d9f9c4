#include "config/option.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "base/nearest_name.hpp"

namespace polyclock::config {
namespace {

using status = std::optional<invalid>;  // empty: success

constexpr std::array<std::string_view, 4> level_names{"error", "warning", "info", "debug"};

struct number_range {
  std::uint64_t min;
  std::uint64_t max;
};

std::string text_of(number_range range) {
  return std::to_string(range.min) + " to " + std::to_string(range.max);
}

status read_integer(std::uint64_t& number, const std::string& value, number_range range,
                    const std::string& expected) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc::invalid_argument || end != value.data() + value.size()) {
    return invalid{"'" + value + "' is not " + expected};
  }
  if (error != std::errc() || number < range.min || number > range.max) {
    return invalid{value + " is out of range (" + text_of(range) + ")"};
  }
  return std::nullopt;
}

template <typename Integer>
status read_number(Integer& number, const std::string& value, number_range range) {
  std::uint64_t read = 0;
  auto error = read_integer(read, value, range, "a whole number (" + text_of(range) + ")");
  if (!error) number = static_cast<Integer>(read);
  return error;
}

status read_seconds(std::chrono::seconds& seconds, const std::string& value, std::uint64_t min) {
  const number_range range{min, 86400};
  std::uint64_t read = 0;
  auto error = read_integer(read, value, range,
                            "a number of seconds (" + text_of(range) + ", without a unit)");
  if (!error) seconds = std::chrono::seconds(read);
  return error;
}

status read_text(std::string& text, const std::string& value) {
  if (value.find_first_of(" #") != std::string::npos) {
    return invalid{"'" + value + "': must not contain spaces or '#'"};
  }
  text = value;
  return std::nullopt;
}

status read_listener(settings& settings, const std::string& value) {
  auto url = parse_listener_url(value);
  if (!url) return invalid{"'" + value + "': " + url.error().why};
  settings.listen.push_back(std::move(*url));
  return std::nullopt;
}

status read_level(settings& settings, const std::string& value) {
  const auto found = std::find(level_names.begin(), level_names.end(), value);
  if (found == level_names.end()) {
    return invalid{"'" + value + "': must be one of error, warning, info, debug" +
                   base::did_you_mean(value, level_names)};
  }
  settings.level = static_cast<log_level>(found - level_names.begin() + 1);
  return std::nullopt;
}

std::vector<std::string> listener_texts(const settings& settings) {
  std::vector<std::string> texts;
  for (const listener_url& url : settings.listen) texts.push_back(url.text);
  return texts;
}

std::vector<std::string> optional_text(const std::string& text) {
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

// Short parameter types for the table's lambdas.
using target = settings&;
using source = const settings&;
using value = const std::string&;

constexpr std::array table{
    option{"listen", "URL", "listener, such as dt+tcp://0.0.0.0:18814; repeatable",
           "dt+tcp on port 18814 of 127.0.0.1 and [::1]", true, true, read_listener,
           listener_texts},
    option{"locale", "TAG", "locale for requests that name none (BCP 47)", "en", false, true,
           [](target s, value v) { return read_text(s.locale, v); },
           [](source s) { return optional_text(s.locale); }},
    option{"zone", "NAME", "time zone for requests that name none (IANA)", "the system's, else UTC",
           false, true, [](target s, value v) { return read_text(s.zone, v); },
           [](source s) { return optional_text(s.zone); }},
    option{"zoneinfo", "DIR", "directory of the tz database", "$TZDIR, else /usr/share/zoneinfo",
           false, true, [](target s, value v) { return read_text(s.zoneinfo, v); },
           [](source s) { return optional_text(s.zoneinfo); }},
    option{"words", "DIR", "directory of further files for the style words", "none", false, true,
           [](target s, value v) { return read_text(s.words, v); },
           [](source s) { return optional_text(s.words); }},
    option{"threads", "N", "worker threads; 0 means one per core", "0", false, false,
           [](target s, value v) {
             return read_number(s.threads, v, {0, 256});
           },
           [](source s) { return number_text(s.threads); }},
    option{"connections-max", "N", "maximum number of open connections", "10000", false, true,
           [](target s, value v) {
             return read_number(s.connections_max, v, {1, 1'000'000});
           },
           [](source s) { return number_text(s.connections_max); }},
    option{"connections-max-per-address", "N",
           "maximum per address prefix (/32, /64); 0 means no limit", "0", false, true,
           [](target s, value v) {
             return read_number(s.connections_max_per_address, v, {0, 1'000'000});
           },
           [](source s) { return number_text(s.connections_max_per_address); }},
    option{"subscribers-max", "N", "maximum number of open subscriptions", "10000", false, true,
           [](target s, value v) {
             return read_number(s.subscribers_max, v, {0, 1'000'000});
           },
           [](source s) { return number_text(s.subscribers_max); }},
    option{"udp-rate", "N", "UDP replies per second to each network (/24, /56); 0 means no limit",
           "1000", false, true,
           [](target s, value v) {
             return read_number(s.udp_rate, v, {0, 1'000'000});
           },
           [](source s) { return number_text(s.udp_rate); }},
    option{"idle-timeout", "S", "seconds after which an idle connection is closed", "60", false,
           true, [](target s, value v) { return read_seconds(s.idle_timeout, v, 1); },
           [](source s) { return seconds_text(s.idle_timeout); }},
    option{"request-timeout", "S", "seconds to receive a whole request, and to send the reply", "5",
           false, true, [](target s, value v) { return read_seconds(s.request_timeout, v, 1); },
           [](source s) { return seconds_text(s.request_timeout); }},
    option{"drain-delay", "S", "seconds to go on accepting after SIGTERM, not ready any more", "0",
           false, true, [](target s, value v) { return read_seconds(s.drain_delay, v, 0); },
           [](source s) { return seconds_text(s.drain_delay); }},
    option{"grace-period", "S", "seconds to wait at shutdown for open connections", "10", false,
           true, [](target s, value v) { return read_seconds(s.grace_period, v, 0); },
           [](source s) { return seconds_text(s.grace_period); }},
    option{"log-level", "L", "lowest severity to log: error, warning, info or debug", "info", false,
           true, read_level, level_text},
};

}  // namespace

std::span<const option> options() {
  return table;
}

}  // namespace polyclock::config
