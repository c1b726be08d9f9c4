#include "protocol/rfc3339.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include "base/ascii.hpp"

namespace polyclock::protocol {
namespace {

using base::is_digit;

// Scans a text from the left. After the first mismatch the scan has failed.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return !failed_ && rest_.empty(); }

  bool accept(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view any_of) { failed_ = !accept(any_of) || failed_; }

  // Exactly `digits` digits, from `min` to `max`.
  int number(std::size_t digits, int min, int max) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || !is_digit(rest_[i])) return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value < min || value > max ? fail() : value;
  }

  // All following digits, as seconds.
  std::int64_t seconds() {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || !is_digit(rest_.front())) return fail();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  // The digits after a decimal point, as nanoseconds; 0 without one.
  std::uint32_t fraction() {
    if (!accept(".")) return 0;
    std::uint32_t nanoseconds = 0;
    std::size_t digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); ++digits, rest_.remove_prefix(1)) {
      if (digits < 9)
        nanoseconds = nanoseconds * 10 + static_cast<std::uint32_t>(rest_.front() - '0');
    }
    if (digits == 0) fail();
    for (; digits < 9; ++digits) nanoseconds *= 10;
    return nanoseconds;
  }

 private:
  int fail() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

std::optional<timestamp> parse_seconds(std::string_view text) {
  scanner scan(text);
  scan.expect("@");
  const bool negative = scan.accept("-");
  timestamp when{scan.seconds(), scan.fraction()};
  if (!scan.done()) return std::nullopt;
  if (negative) {
    when.seconds = -when.seconds - (when.nanoseconds > 0 ? 1 : 0);
    when.nanoseconds = when.nanoseconds > 0 ? 1'000'000'000 - when.nanoseconds : 0;
  }
  return when;
}

// `Z`, `+13:00`, `+1300` or `+13` in seconds.
std::int64_t offset(scanner& scan) {
  if (scan.accept("Zz")) return 0;
  const int sign = scan.accept("-") ? -1 : 1;
  if (sign == 1) scan.expect("+");
  const int hours = scan.number(2, 0, 23);
  if (scan.done()) return sign * hours * 3600;
  scan.accept(":");
  return sign * (hours * 3600 + scan.number(2, 0, 59) * 60);
}

// `09:05` or `09:05:07.25`.
timestamp time_of_day(scanner& scan) {
  timestamp time{scan.number(2, 0, 23) * 3600, 0};
  scan.expect(":");
  time.seconds += scan.number(2, 0, 59) * 60;
  if (!scan.accept(":")) return time;
  time.seconds += scan.number(2, 0, 60);
  time.nanoseconds = scan.fraction();
  return time;
}

}  // namespace

std::optional<parsed_instant> parse_instant(std::string_view text) {
  using namespace std::chrono;
  if (text.starts_with('@')) {
    const auto when = parse_seconds(text);
    if (!when) return std::nullopt;
    return parsed_instant{*when};
  }
  scanner scan(text);
  const year year_part(scan.number(4, 0, 9999));
  scan.expect("-");
  const month month_part(static_cast<unsigned>(scan.number(2, 1, 12)));
  scan.expect("-");
  const year_month_day date(year_part, month_part,
                            day(static_cast<unsigned>(scan.number(2, 1, 31))));
  timestamp time{};
  if (scan.accept("Tt ")) time = time_of_day(scan);
  const bool is_local = scan.done();
  if (!is_local) {
    scan.accept(" ");
    time.seconds -= offset(scan);
  }
  if (!scan.done() || !date.ok()) return std::nullopt;
  const auto midnight = sys_seconds(sys_days(date)).time_since_epoch().count();
  return parsed_instant{{midnight + time.seconds, time.nanoseconds}, is_local};
}

instant_text format_instant(timestamp when) noexcept {
  using namespace std::chrono;
  instant_text shown;
  std::array<char, 64> text{};
  if (when.seconds < first_second || when.seconds > last_second) {
    std::snprintf(text.data(), text.size(), "@%lld", static_cast<long long>(when.seconds));
    return shown << text.data();
  }
  const sys_seconds instant{seconds(when.seconds)};
  const year_month_day date(floor<days>(instant));
  const hh_mm_ss time(instant - floor<days>(instant));
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02ld:%02ld:%02ld.%09u",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                time.seconds().count(), when.nanoseconds);
  std::string_view whole(text.data());
  whole = whole.substr(0, whole.find_last_not_of('0') + 1);
  if (whole.ends_with('.')) whole.remove_suffix(1);
  return shown << whole << 'Z';
}

}  // namespace polyclock::protocol
