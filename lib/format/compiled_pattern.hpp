// A CLDR date pattern compiled to tables: for each field the texts of all its values, which ICU formats once.
// Rendering from them takes a twentieth of ICU's time and makes no heap call. The date patterns have one.
#pragma once

#include <unicode/calendar.h>
#include <unicode/smpdtfmt.h>
#include <unicode/unistr.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock/civil.hpp"
#include "format/text.hpp"

namespace polyclock::format {

// ICU's text for a local time; bogus where ICU fails. The calendar is in UTC, and is set to that time.
[[nodiscard]] icu::UnicodeString format_by_icu(const icu::SimpleDateFormat& format,
                                               icu::Calendar& calendar, std::int64_t local_seconds);

class compiled_pattern {
 public:
  static constexpr std::int32_t year_min = 1;
  static constexpr std::int32_t year_max = 9999;

  // Stands for a zone field. A private-use character, so that no locale's pattern has it.
  static constexpr char16_t placeholder = 0xE000;

  // Empty for another calendar than the Gregorian one, or where a field depends on more than one value
  // (weeks, day periods). The calendar is in UTC; it is set to other times.
  [[nodiscard]] static std::optional<compiled_pattern> make(const icu::SimpleDateFormat& format,
                                                            icu::Calendar& calendar);

  // What ICU writes for that time, with `write_placeholder()` in the place of each placeholder. The year is
  // between the bounds.
  template <typename WritePlaceholder>
  void write(const clock::civil_time& civil, text& out, WritePlaceholder write_placeholder) const {
    for (const field& next : fields_) {
      if (next.shows == part::placeholder) {
        write_placeholder();
      } else if (next.shows == part::year) {
        write_year(next, civil.year, out);
      } else {
        out << next.texts[index_of(next.shows, civil)];
      }
    }
  }

 private:
  // Of the time, what a field's text depends on.
  enum class part : std::uint8_t {
    none = 1,
    year,
    month,
    day,
    weekday,
    hour,
    minute,
    second,
    placeholder
  };

  // Texts in one run of bytes.
  class text_table {
   public:
    void add(const icu::UnicodeString& one);
    [[nodiscard]] std::string_view operator[](std::size_t index) const {
      const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
      return std::string_view(bytes_).substr(begin, ends_[index] - begin);
    }

   private:
    std::string bytes_;
    std::vector<std::uint16_t> ends_;
  };

  struct field {
    part shows;
    std::size_t letters;  // of a year
    text_table texts;     // one for each number; of a year, for each digit
  };

  class compiler;

  [[nodiscard]] bool formats_as(const icu::SimpleDateFormat& format, icu::Calendar& calendar) const;
  [[nodiscard]] static std::size_t index_of(part shows, const clock::civil_time& civil);
  static void write_year(const field& shown, std::int32_t year, text& out);

  std::vector<field> fields_;
};

}  // namespace polyclock::format
