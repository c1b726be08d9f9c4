#include "clock/posix_tz.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "base/ascii.hpp"

namespace polyclock::clock {

// Recursive-descent parser of a TZ string; the first syntax error ends it.
class posix_tz_parser {
 public:
  explicit posix_tz_parser(std::string_view text) : rest_(text) {}

  std::optional<posix_tz> parse() {
    posix_tz tz;
    if (!name(tz.standard_.abbreviation) || !offset(tz.standard_.offset)) return std::nullopt;
    if (rest_.empty()) return tz;
    local_type& daylight = tz.daylight_.emplace();
    daylight.dst = true;
    daylight.offset = tz.standard_.offset + 3600;
    if (!name(daylight.abbreviation)) return std::nullopt;
    if (!rest_.starts_with(',') && !offset(daylight.offset)) return std::nullopt;
    if (!rule(tz.start_) || !rule(tz.end_) || !rest_.empty()) return std::nullopt;
    return tz;
  }

 private:
  bool accept(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // `<+0330>` or at least three letters.
  bool name(std::string& name) {
    const bool bracketed = accept('<');
    const auto is_name_character = [&](char c) {
      return base::is_letter(c) || (bracketed && (base::is_digit(c) || c == '+' || c == '-'));
    };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name_character);
    name.assign(rest_.begin(), end);
    rest_.remove_prefix(name.size());
    return name.size() >= 3 && (!bracketed || accept('>'));
  }

  bool number(std::int32_t& value, std::int32_t min, std::int32_t max) {
    std::size_t digits = 0;
    value = 0;
    while (digits < rest_.size() && digits < 3 && base::is_digit(rest_[digits])) {
      value = value * 10 + (rest_[digits++] - '0');
    }
    rest_.remove_prefix(digits);
    return digits > 0 && value >= min && value <= max;
  }

  // `[+-]h[h[h]][:mm[:ss]]` in seconds.
  bool time(std::int32_t& seconds, std::int32_t hours_max) {
    const bool negative = accept('-');
    if (!negative) accept('+');
    std::int32_t hours = 0;
    std::int32_t minutes = 0;
    std::int32_t rest = 0;
    if (!number(hours, 0, hours_max)) return false;
    if (accept(':')) {
      if (!number(minutes, 0, 59)) return false;
      if (accept(':') && !number(rest, 0, 59)) return false;
    }
    seconds = (negative ? -1 : 1) * (hours * 3600 + minutes * 60 + rest);
    return true;
  }

  // In POSIX, offsets west of Greenwich are positive.
  bool offset(std::int32_t& east) {
    std::int32_t west = 0;
    if (!time(west, 24)) return false;
    east = -west;
    return true;
  }

  bool day(posix_tz::rule& rule) {
    if (accept('M')) {
      rule.kind = posix_tz::rule_kind::weekday_of_month;
      return number(rule.month, 1, 12) && accept('.') && number(rule.week, 1, 5) && accept('.') &&
             number(rule.day, 0, 6);
    }
    if (accept('J')) {
      rule.kind = posix_tz::rule_kind::julian_no_leap_day;
      return number(rule.day, 1, 365);
    }
    rule.kind = posix_tz::rule_kind::julian_from_zero;
    return number(rule.day, 0, 365);
  }

  bool rule(posix_tz::rule& rule) {
    return accept(',') && day(rule) && (!accept('/') || time(rule.time, 167));
  }

  std::string_view rest_;
};

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;

std::int64_t seconds_of(sys_days day) noexcept {
  return std::chrono::sys_seconds(day).time_since_epoch().count();
}

sys_days weekday_of_month(year year, unsigned month, unsigned weekday, unsigned week) noexcept {
  const std::chrono::year_month in(year, std::chrono::month(month));
  const std::chrono::weekday day(weekday);
  return week == 5 ? sys_days(in / day[std::chrono::last]) : sys_days(in / day[week]);
}

}  // namespace

std::optional<posix_tz> posix_tz::parse(std::string_view text) {
  return posix_tz_parser(text).parse();
}

std::int64_t posix_tz::local_second(const rule& rule, std::int32_t number) noexcept {
  const year in(number);
  const sys_days new_year(in / 1 / 1);
  switch (rule.kind) {
    case rule_kind::weekday_of_month:
      return rule.time + seconds_of(weekday_of_month(in, static_cast<unsigned>(rule.month),
                                                     static_cast<unsigned>(rule.day),
                                                     static_cast<unsigned>(rule.week)));
    case rule_kind::julian_no_leap_day: {
      const bool after_leap_day = in.is_leap() && rule.day >= 60;
      return rule.time + seconds_of(new_year + days(rule.day - 1 + (after_leap_day ? 1 : 0)));
    }
    case rule_kind::julian_from_zero:
      break;
  }
  return rule.time + seconds_of(new_year + days(rule.day));
}

posix_tz::nearby posix_tz::transitions_near(std::int64_t seconds) const noexcept {
  const auto day =
      std::chrono::floor<days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  const int first_year = static_cast<int>(std::chrono::year_month_day(day).year()) - 1;
  nearby found{};
  for (std::size_t i = 0; i < found.size() / 2; ++i) {
    const int in = first_year + static_cast<int>(i);
    found[2 * i] = {local_second(end_, in) - daylight_->offset, &standard_};
    found[2 * i + 1] = {local_second(start_, in) - standard_.offset, &*daylight_};
  }
  // If daylight saving time ends and starts at the same instant, it lasts all year: its start is
  // last.
  std::sort(found.begin(), found.end(), [](const transition& a, const transition& b) {
    return a.seconds != b.seconds ? a.seconds < b.seconds : !a.to->dst && b.to->dst;
  });
  return found;
}

const local_type& posix_tz::type_at(std::int64_t seconds) const noexcept {
  if (!daylight_) return standard_;
  const local_type* type = &standard_;
  for (const transition& change : transitions_near(seconds)) {
    if (change.seconds <= seconds) type = change.to;
  }
  return *type;
}

std::optional<transition> posix_tz::next_after(std::int64_t seconds) const noexcept {
  if (!daylight_) return std::nullopt;
  const nearby changes = transitions_near(seconds);
  const auto next = std::find_if(changes.begin(), changes.end(), [&](const transition& change) {
    return change.seconds > seconds;
  });
  if (next == changes.end()) return std::nullopt;
  return *next;
}

std::optional<transition> posix_tz::last_until(std::int64_t seconds) const noexcept {
  std::optional<transition> last;
  if (!daylight_) return last;
  for (const transition& change : transitions_near(seconds)) {
    if (change.seconds <= seconds) last = change;
  }
  return last;
}

}  // namespace polyclock::clock
