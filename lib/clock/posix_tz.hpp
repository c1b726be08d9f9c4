// The POSIX TZ string in the footer of a TZif file, which applies to all time after the file's last
// transition (RFC 9636, section 3.3); a zone owns one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyclock::clock {

// A local time type (RFC 9636, section 2): UTC offset, daylight saving time flag, abbreviation.
struct local_type {
  std::int32_t offset = 0;  // seconds east of UTC
  bool dst = false;
  std::string abbreviation;

  // Ignores the daylight saving time flag, which a reader of the local time does not see.
  [[nodiscard]] bool same_offset_and_abbreviation(const local_type& other) const noexcept {
    return offset == other.offset && abbreviation == other.abbreviation;
  }

  friend bool operator==(const local_type&, const local_type&) = default;
};

// A change of local time type; the zone owns the type.
struct transition {
  std::int64_t seconds;  // since 1970; the first second of the new type
  const local_type* to;
};

class posix_tz {
 public:
  // Parses `std offset [dst [offset] [,start[/time],end[/time]]]` with the RFC's extension of times
  // to -167 to 167 hours. Empty after a syntax error, or if the text names daylight saving time
  // without rules, which POSIX leaves to the implementation.
  [[nodiscard]] static std::optional<posix_tz> parse(std::string_view text);

  [[nodiscard]] const local_type& type_at(std::int64_t seconds) const noexcept;

  // The first transition after `seconds`; empty if there is no daylight saving time.
  [[nodiscard]] std::optional<transition> next_after(std::int64_t seconds) const noexcept;

  // The last transition at or before `seconds`; likewise.
  [[nodiscard]] std::optional<transition> last_until(std::int64_t seconds) const noexcept;

 private:
  friend class posix_tz_parser;

  enum class rule_kind : std::uint8_t {
    julian_no_leap_day = 1,
    julian_from_zero,
    weekday_of_month
  };

  struct rule {
    rule_kind kind = rule_kind::julian_no_leap_day;
    std::int32_t month = 0;    // 1-12
    std::int32_t week = 0;     // 1-5, 5 the last
    std::int32_t day = 0;      // of the week (0 Sunday) or of the year
    std::int32_t time = 7200;  // seconds after local midnight
  };

  // The transitions of the previous year, the year of an instant and the two following years, in
  // chronological order.
  using nearby = std::array<transition, 8>;

  [[nodiscard]] static std::int64_t local_second(const rule& rule, std::int32_t year) noexcept;
  [[nodiscard]] nearby transitions_near(std::int64_t seconds) const noexcept;

  local_type standard_;
  std::optional<local_type> daylight_;
  rule start_;
  rule end_;
};

}  // namespace polyclock::clock
