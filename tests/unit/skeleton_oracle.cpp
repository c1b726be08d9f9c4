// Compares texts of skeletons in every locale with ICU's own, at the instant and at others until the end that they are
// given: neither may ever differ.
//
// Usage: skeleton_oracle [PROBES]: for each locale and skeleton, 1 without it; prints how many were made.
#include <unicode/dtptngen.h>
#include <unicode/locid.h>
#include <unicode/simpletz.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "format/available_locales.hpp"
#include "format/registry.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

constexpr std::array skeletons{"yMMMd",
                               "yMMMMEEEEd",
                               "yMMMMd",
                               "MMMd",
                               "MEd",
                               "yQQQ",
                               "QQQQ",
                               "yw",
                               "Gy",
                               "GyMMMd",
                               "Hm",
                               "Hms",
                               "hm",
                               "jm",
                               "jms",
                               "jmz",
                               "jmv",
                               "vvvv",
                               "v",
                               "zzzz",
                               "z",
                               "EEEE",
                               "LLLL",
                               "MMMM",
                               "d",
                               "y",
                               "yMd",
                               "EHm",
                               "Bh",
                               "jO",
                               "yMMMMEEEEdjmmsszzzz"};

// ICU's own text, its time zone replaced where the tz database knows better.
class icu_text {
 public:
  icu_text(const icu::Locale& locale, const icu::UnicodeString& pattern, UErrorCode& status)
      : format_(pattern, locale, status), is_maori_(std::string(locale.getLanguage()) == "mi") {}

  std::string at(std::int64_t seconds, const clock::zone& zone) {
    const UDate when = static_cast<UDate>(seconds) * 1000;
    const std::unique_ptr<icu::TimeZone> named(
        icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(std::string(zone.name()))));
    const clock::local_type& type = zone.type_at(seconds);
    std::int32_t standard = 0;
    std::int32_t saving = 0;
    UErrorCode status = U_ZERO_ERROR;
    named->getOffset(when, false, standard, saving, status);
    const bool agrees = *named != icu::TimeZone::getUnknown() &&
                        standard + saving == type.offset * 1000 && (saving != 0) == type.dst;
    if (agrees)
      format_.setTimeZone(*named);
    else
      format_.setTimeZone(icu::SimpleTimeZone(type.offset * 1000, "none"));
    icu::UnicodeString text;
    format_.format(when, text);
    if (is_maori_) text.findAndReplace(u"\u0100pereira", u"\u0100perira");
    std::string out;
    return text.toUTF8String(out);
  }

 private:
  icu::SimpleDateFormat format_;
  bool is_maori_;
};

class comparison {
 public:
  explicit comparison(int probes) : probes_(probes) {}

  void compare(const std::string& tag) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Locale locale = icu::Locale::forLanguageTag(tag, status);
    const std::unique_ptr<icu::DateTimePatternGenerator> generator(
        icu::DateTimePatternGenerator::createInstance(locale, status));
    for (const char* skeleton : skeletons) {
      const auto pattern =
          generator->getBestPattern(icu::UnicodeString::fromUTF8(skeleton), status);
      icu_text expected(locale, pattern, status);
      for (int i = 0; i < probes_; ++i) probe(tag, skeleton, expected);
    }
    if (U_FAILURE(status) != 0) fail(tag, "ICU", u_errorName(status), "");
  }

  // The exit status.
  [[nodiscard]] int report() const {
    std::cout << texts_ << " texts compared, and " << later_ << " until their ends; " << refused_
              << " refused; wrong: " << wrong_ << "\n";
    return wrong_ == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  void probe(const std::string& tag, const char* skeleton, icu_text& expected) {
    constexpr std::int64_t last = 4'102'444'800;  // 2100
    const auto& all = zones()->zones();
    const clock::zone& zone = all[random(0, static_cast<std::int64_t>(all.size()) - 1)];
    const auto when = static_cast<std::int64_t>(random(0, last));
    format::rendering out;
    const std::string style = std::string("skeleton:") + skeleton;
    const auto status =
        registry_.render({{when, 0}, zone}, {format::components::both, style, tag}, out);
    if (status == format::render_status::no_text) {
      ++refused_;
      return;
    }
    const std::string ours(out.text.view());
    ++texts_;
    const std::string where = style + " " + std::string(zone.name()) + " @";
    if (ours != expected.at(when, zone)) {
      fail(tag, where + std::to_string(when), ours, expected.at(when, zone));
    }
    const std::int64_t end = out.valid_until ? out.valid_until->seconds : last;
    if (end <= when) return fail(tag, where + std::to_string(when), "ends before", "");
    for (const std::int64_t later : {end - 1, static_cast<std::int64_t>(random(when, end - 1))}) {
      ++later_;
      if (ours != expected.at(later, zone)) {
        fail(tag, where + std::to_string(when) + " still @" + std::to_string(later), ours,
             expected.at(later, zone));
      }
    }
  }

  std::size_t random(std::int64_t min, std::int64_t max) {
    return static_cast<std::size_t>(std::uniform_int_distribution<std::int64_t>(min, max)(engine_));
  }

  void fail(const std::string& tag, const std::string& where, const std::string& ours,
            const std::string& expected) {
    if (++wrong_ <= 20)
      std::cout << tag << " " << where << ": " << ours << ", ICU: " << expected << "\n";
  }

  int probes_;
  format::registry registry_;
  std::mt19937_64 engine_{20261127};
  std::uint64_t texts_ = 0;
  std::uint64_t later_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace
}  // namespace polyclock::test

int main(int count, char** arguments) {
  using namespace polyclock;
  test::comparison comparison(count > 1 ? std::atoi(arguments[1]) : 1);
  for (const std::string& tag : format::available_locales()) comparison.compare(tag);
  return comparison.report();
}
