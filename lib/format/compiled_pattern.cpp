#include "format/compiled_pattern.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "format/pattern_letters.hpp"

namespace polyclock::format {
namespace {

using icu::UnicodeString;

constexpr std::int64_t minute_seconds = 60;
constexpr std::int64_t hour_seconds = 3600;
constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t first_january = 1'767'225'600;  // 2026-01-01T00:00:00, a Thursday
constexpr std::int64_t first_monday = first_january + 4 * day_seconds;
constexpr std::int64_t first_second = -62'135'596'800;  // of the year 1
constexpr std::int64_t last_second = 253'402'300'799;   // of the year 9999

bool is_gregorian(const icu::Calendar& calendar) {
  return std::strcmp(calendar.getType(), "gregorian") == 0;
}

}  // namespace

UnicodeString format_by_icu(const icu::SimpleDateFormat& format, icu::Calendar& calendar,
                            std::int64_t local_seconds) {
  UErrorCode status = U_ZERO_ERROR;
  calendar.setTime(static_cast<UDate>(local_seconds) * 1000, status);
  UnicodeString out;
  icu::FieldPosition ignored(icu::FieldPosition::DONT_CARE);
  format.format(calendar, out, ignored);
  if (U_FAILURE(status)) out.setToBogus();
  return out;
}

// Lets a copy of ICU's formatter format the fields of the pattern one by one.
class compiled_pattern::compiler {
 public:
  compiler(const icu::SimpleDateFormat& format, icu::Calendar& calendar)
      : part_(format), calendar_(calendar) {}

  std::optional<compiled_pattern> make() {
    UnicodeString whole;
    part_.toPattern(whole);
    walk_pattern(
        whole, [this](char16_t letter, int count) { add_field(letter, count); },
        [this](char16_t c) { add_character(c); });
    add_literal();
    if (!possible_) return std::nullopt;
    return std::move(made_);
  }

 private:
  // So many numbers: the first is shown at an instant, each next one a step later.
  struct range {
    part shows;
    std::int64_t first;
    std::int64_t step;
    int count;
  };
  static constexpr range constant{part::none, first_january, 0, 1};

  static std::optional<range> range_of(char16_t letter) {
    switch (letter) {
      case u'G':  // the years before the first one are not written
        return constant;
      case u'M':
      case u'L':
      case u'Q':
      case u'q':  // thirty days on from a month's middle is the next month
        return range{part::month, first_january + 14 * day_seconds, 30 * day_seconds, 12};
      case u'd':
        return range{part::day, first_january, day_seconds, 31};
      case u'E':
      case u'e':
      case u'c':
        return range{part::weekday, first_monday, day_seconds, 7};
      case u'a':
      case u'h':
      case u'H':
      case u'k':
      case u'K':
        return range{part::hour, first_january, hour_seconds, 24};
      case u'm':
        return range{part::minute, first_january, minute_seconds, 60};
      case u's':
        return range{part::second, first_january, 1, 60};
      default:
        return std::nullopt;
    }
  }

  void add_field(char16_t letter, int count) {
    add_literal();
    if (letter == u'y') return add_year(count);
    const auto numbers = range_of(letter);
    possible_ = possible_ && numbers;
    if (possible_) add(*numbers, UnicodeString(count, letter, count));
  }

  void add_character(char16_t c) {
    if (c != placeholder) {
      literal_.append(c);
      return;
    }
    add_literal();
    made_.fields_.push_back({part::placeholder, 0, {}});
  }

  void add_literal() {
    if (!literal_.isEmpty()) add(constant, literal_);
    literal_.remove();
  }

  void add(const range& numbers, const UnicodeString& pattern) {
    field made{numbers.shows, 0, {}};
    part_.applyPattern(pattern);
    for (int i = 0; i < numbers.count; ++i) {
      made.texts.add(format_by_icu(part_, calendar_, numbers.first + i * numbers.step));
    }
    made_.fields_.push_back(std::move(made));
  }

  // The digits, each the second half of the years 2020 to 2029 in two digits.
  void add_year(int count) {
    field made{part::year, static_cast<std::size_t>(count), {}};
    part_.applyPattern(UnicodeString(u"yy"));
    for (int digit = 0; digit < 10; ++digit) {
      const std::int64_t in_summer = first_january + (180 + (digit - 6) * 365) * day_seconds;
      const UnicodeString two = format_by_icu(part_, calendar_, in_summer);
      made.texts.add(two.tempSubString(two.length() / 2));
    }
    made_.fields_.push_back(std::move(made));
  }

  icu::SimpleDateFormat part_;
  icu::Calendar& calendar_;
  UnicodeString literal_;  // since the last field, as it stands in the pattern
  compiled_pattern made_;
  bool possible_ = true;
};

void compiled_pattern::text_table::add(const UnicodeString& one) {
  one.toUTF8String(bytes_);
  ends_.push_back(static_cast<std::uint16_t>(bytes_.size()));
}

std::optional<compiled_pattern> compiled_pattern::make(const icu::SimpleDateFormat& format,
                                                       icu::Calendar& calendar) {
  if (!is_gregorian(calendar)) return std::nullopt;
  auto made = compiler(format, calendar).make();
  return made && made->formats_as(format, calendar) ? std::move(made) : std::nullopt;
}

// Compares both at some times of all years.
bool compiled_pattern::formats_as(const icu::SimpleDateFormat& format,
                                  icu::Calendar& calendar) const {
  constexpr int samples = 32;
  constexpr std::int64_t step = (last_second - first_second) / (samples - 1);
  std::string shown_placeholder;
  UnicodeString(placeholder).toUTF8String(shown_placeholder);
  for (int i = 0; i < samples; ++i) {
    const std::int64_t when = first_second + i * step;
    std::string expected;
    format_by_icu(format, calendar, when).toUTF8String(expected);
    text ours;
    write(clock::to_civil(when), ours, [&] { ours << shown_placeholder; });
    if (ours.view() != expected) return false;
  }
  return true;
}

std::size_t compiled_pattern::index_of(part shows, const clock::civil_time& civil) {
  switch (shows) {
    case part::month:
      return civil.month - 1U;
    case part::day:
      return civil.day - 1U;
    case part::weekday:
      return civil.weekday - 1U;
    case part::hour:
      return civil.hour;
    case part::minute:
      return civil.minute;
    case part::second:
      return civil.second;
    default:
      return 0;
  }
}

// `yy`: the last two digits; otherwise the letter count is the minimum width.
void compiled_pattern::write_year(const field& shown, std::int32_t year, text& out) {
  constexpr std::array powers{1, 10, 100, 1000};
  std::size_t digits = shown.letters;
  if (digits != 2) {
    while (digits < powers.size() && year >= powers[digits]) ++digits;
  }
  while (digits > 0) {
    --digits;
    const int digit = digits < powers.size() ? year / powers[digits] % 10 : 0;
    out << shown.texts[static_cast<std::size_t>(digit)];
  }
}

}  // namespace polyclock::format
