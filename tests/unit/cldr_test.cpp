// The CLDR styles, against ICU itself and against texts that were written down once and for all.
#include <malloc.h>
#include <unicode/datefmt.h>
#include <unicode/locid.h>
#include <unicode/simpletz.h>
#include <unicode/smpdtfmt.h>
#include <unicode/uenum.h>
#include <unicode/uloc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/utf8.hpp"
#include "format/ascii.hpp"
#include "format/available_locales.hpp"
#include "format/cldr.hpp"
#include "format/registry.hpp"
#include "support/catch.hpp"
#include "support/compiled_zones.hpp"
#include "support/locale_step.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

using format::components;
using format::render_status;

constexpr std::int64_t november_20 = 1795165507;  // 2026-11-20T09:05:07Z
constexpr std::array all_components{components::date, components::time, components::both};

std::string told(format::registry& registry, std::string_view locale, std::string_view style,
                 components what, std::int64_t seconds, std::string_view zone) {
  format::rendering out;
  const auto status = registry.render({{seconds, 0}, zone_named(zone)}, {what, style, locale}, out);
  if (status == render_status::unknown_locale) return "unknown locale";
  if (status == render_status::unknown_style) return "unknown style";
  if (status == render_status::no_text) return "no text";
  return std::string(out.text.view());
}

// ICU's own words, its time zone replaced where the tz database knows better.
class icu_oracle {
 public:
  icu_oracle(const icu::Locale& locale, icu::DateFormat::EStyle style, components what)
      : is_maori_(std::string(locale.getLanguage()) == "mi") {
    using icu::DateFormat;
    if (what == components::date) format_.reset(DateFormat::createDateInstance(style, locale));
    if (what == components::time) format_.reset(DateFormat::createTimeInstance(style, locale));
    if (what == components::both) {
      format_.reset(DateFormat::createDateTimeInstance(style, style, locale));
    }
  }

  std::string operator()(std::int64_t seconds, const clock::zone& zone,
                         const icu::TimeZone& named) {
    const UDate when = static_cast<UDate>(seconds) * 1000;
    const clock::local_type& type = zone.type_at(seconds);
    std::int32_t standard = 0;
    std::int32_t saving = 0;
    UErrorCode status = U_ZERO_ERROR;
    named.getOffset(when, false, standard, saving, status);
    const bool agrees = named != icu::TimeZone::getUnknown() &&
                        standard + saving == type.offset * 1000 && (saving != 0) == type.dst;
    if (agrees)
      format_->setTimeZone(named);
    else
      format_->setTimeZone(icu::SimpleTimeZone(type.offset * 1000, "none"));
    icu::UnicodeString text;
    format_->format(when, text);
    if (is_maori_) text.findAndReplace(u"\u0100pereira", u"\u0100perira");
    std::string out;
    return text.toUTF8String(out);
  }

 private:
  bool is_maori_;
  std::unique_ptr<icu::DateFormat> format_;
};

struct zone_pair {
  const clock::zone* ours;
  std::unique_ptr<icu::TimeZone> icu;
};

std::vector<zone_pair> sixteen_zones() {
  std::vector<zone_pair> pairs;
  for (const char* name :
       {"UTC", "America/Vancouver", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu",
        "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca", "Europe/Dublin",
        "Africa/Cairo", "America/Asuncion", "America/Ciudad_Juarez", "Asia/Tokyo",
        "Pacific/Chatham", "Pacific/Apia", "Europe/Berlin"}) {
    pairs.push_back({&zone_named(name),
                     std::unique_ptr<icu::TimeZone>(
                         icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)))});
  }
  return pairs;
}

struct length {
  const char* name;
  icu::DateFormat::EStyle style;
};
constexpr std::array lengths{
    length{"full", icu::DateFormat::kFull}, length{"long", icu::DateFormat::kLong},
    length{"medium", icu::DateFormat::kMedium}, length{"short", icu::DateFormat::kShort}};

// Compares one locale in every style with ICU; returns the number of texts that differ.
int differences(format::registry& registry, const icu::Locale& locale,
                const std::vector<zone_pair>& zones) {
  UErrorCode status = U_ZERO_ERROR;
  const auto tag = locale.toLanguageTag<std::string>(status);
  int different = 0;
  for (const length& length : lengths) {
    for (const components what : all_components) {
      icu_oracle oracle(locale, length.style, what);
      for (const zone_pair& zone : zones) {
        for (std::int64_t month = 0; month < 12; ++month) {
          const std::int64_t when = 1767229507 + month * 2629746;  // 2026-01-01T01:05:07Z on
          const std::string ours = told(registry, tag, length.name, what, when, zone.ours->name());
          const std::string expected = oracle(when, *zone.ours, *zone.icu);
          if (ours == expected && base::is_printable_utf8(ours)) continue;
          if (++different == 1) UNSCOPED_INFO(tag << ": " << ours << " but ICU: " << expected);
        }
      }
    }
  }
  return different;
}

TEST_CASE("every locale, style, zone and month reads as ICU writes it with the right offset") {
  format::registry registry;
  const auto zones = sixteen_zones();
  std::int32_t count = 0;
  const icu::Locale* const locales = icu::Locale::getAvailableLocales(count);
  REQUIRE(count > 700);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); i += locale_step) {
    CHECK(differences(registry, locales[i], zones) == 0);
  }
}

TEST_CASE("texts in ten locales are those of the CLDR") {
  format::registry registry;
  const auto full = [&](const char* locale) {
    return told(registry, locale, "full", components::date, november_20, "UTC");
  };
  const auto medium = [&](const char* locale) {
    return told(registry, locale, "medium", components::both, november_20, "UTC");
  };
  CHECK(full("th") == "วันศุกร์ที่ 20 พฤศจิกายน พ.ศ. 2569");
  CHECK(full("fa") == "۱۴۰۵ آبان ۲۹, جمعه");
  CHECK(full("ar-EG") == "الجمعة، ٢٠ نوفمبر ٢٠٢٦");
  CHECK(full("ar-SA-u-ca-islamic-umalqura") == "الجمعة، ١٠ جمادى الآخرة ١٤٤٨ هـ");
  CHECK(full("ja") == "2026年11月20日金曜日");
  CHECK(full("he") == "יום שישי, 20 בנובמבר 2026");
  CHECK(full("mi") == "Paraire, 20 Noema 2026");
  CHECK(full("de") == "Freitag, 20. November 2026");
  CHECK(full("en-NZ") == "Friday, 20 November 2026");
  CHECK(full("en-US") == "Friday, November 20, 2026");
  CHECK(medium("de") == "20.11.2026, 09:05:07");
  CHECK(medium("en-US") == "Nov 20, 2026, 9:05:07\u202FAM");
}

TEST_CASE("a zone that ICU is behind on shows its offset and no wrong name") {
  format::registry registry;
  // Since 2026 Vancouver stays seven hours behind all year; the ICU of these days does not know.
  clock::zone_rules rules;
  rules.types.push_back({-7 * 3600, false, "MST"});
  rules.footer = clock::posix_tz::parse("MST7");
  const clock::zone vancouver("America/Vancouver", rules);
  const std::string_view english = "en-US";
  format::rendering out;
  REQUIRE(registry.render({{1795212000, 0}, vancouver}, {components::time, "full", english}, out) ==
          render_status::rendered);
  CHECK(out.text.view() == "3:00:00\u202FPM GMT-07:00");
  const std::int64_t july_2050 = 2540246400;
  CHECK(told(registry, english, "full", components::time, july_2050, "America/New_York") ==
        "8:00:00\u202FPM Eastern Daylight Time");
}

TEST_CASE("a locale has ASCII forms for its texts of a whole year or for none") {
  format::registry registry;
  for (const std::string& tag : format::available_locales()) {
    for (const char* style : {"full", "medium", "skeleton:QQQQ", "skeleton:MMM", "skeleton:Bh"}) {
      std::set<bool> results;
      for (std::int64_t step = 0; step < 24; ++step) {  // half a month and five hours each
        format::rendering out;
        const std::int64_t when = november_20 + step * (15 * 86'400 + 5 * 3600);
        const auto status =
            registry.render({{when, 0}, zone_named("UTC")}, {components::both, style, tag}, out);
        REQUIRE(status == render_status::rendered);
        format::text folded;
        results.insert(format::fold_to_ascii(out.text.view(), tag, folded));
      }
      INFO(tag << " " << style);
      CHECK(results.size() == 1);
    }
  }
}

TEST_CASE("extensions choose calendar, digits and hours, and never the zone") {
  format::registry registry;
  const auto ask = [&](const char* locale, const char* style, components what) {
    return told(registry, locale, style, what, november_20 + 43200, "UTC");  // 21:05:07
  };
  CHECK(ask("en-u-ca-buddhist", "long", components::date) == "November 20, 2569 BE");
  CHECK(ask("de-u-nu-thai", "short", components::time) == "๒๑:๐๕");
  CHECK(ask("hi-u-nu-native", "short", components::time).starts_with("९:०५"));
  CHECK(ask("ar-EG-u-nu-native", "short", components::time).starts_with("٩:٠٥"));
  CHECK(ask("ta-u-nu-traditio", "skeleton:d", components::date) == "௨௰");
  CHECK(ask("zh-TW-u-nu-finance", "skeleton:d", components::date) == "貳拾日");
  CHECK(ask("ar-EG-u-nu-latn", "short", components::time).starts_with("9:05"));
  CHECK(ask("en-u-hc-h23", "short", components::time) == "21:05");
  CHECK(ask("en-u-hc-h23", "medium", components::both) == "Nov 20, 2026, 21:05:07");
  CHECK(ask("de-u-hc-h12", "short", components::time) == "9:05\u202FPM");
  CHECK(ask("de-u-hc-h24", "short", components::time) == "21:05");
  CHECK(ask("en-u-hc-h11", "short", components::time) == "9:05\u202FPM");
  CHECK(ask("en-u-tz-jptyo", "short", components::time) == "9:05\u202FPM");
  CHECK(ask("en-u-ca-klingon-nu-klingon", "long", components::date) == "November 20, 2026");
}

TEST_CASE("the nearest locale with data answers, and only in its own language and script") {
  format::registry registry;
  const auto used = [&](std::string_view tag) {
    format::rendering out;
    const auto status = registry.render({{november_20, 0}, zone_named("UTC")},
                                        {components::date, "long", tag}, out);
    return status == render_status::rendered ? std::string(out.locale.view()) : "unknown";
  };
  CHECK(used("en-QQ") == "en");
  CHECK(used("EN-us") == "en-US");
  CHECK(used("zh-TW") == "zh-Hant-TW");
  CHECK(used("iw") == "he");
  CHECK(used("mri") == "mi");
  CHECK(used("de-1996") == "de");
  CHECK(used("de-u-hc-h12-tz-uslax-nu-thai") == "de-u-hc-h12-nu-thai");
  for (const char* tag : {"xx", "und", "root", "x-foo", "en-Shaw", "sr-Arab", "", "e", "en_US",
                          "en-", "i-klingon", "en-a", "1", "de-u-u-u"}) {
    INFO(tag);
    CHECK(used(tag) == "unknown");
  }
  CHECK(used("en-" + std::string(100, 'x')) == "unknown");
}

TEST_CASE("a locale's old names are locales") {
  format::registry registry;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UEnumeration, decltype(&uenum_close)> names(
      uloc_openAvailableByType(ULOC_AVAILABLE_ONLY_LEGACY_ALIASES, &status), uenum_close);
  int count = 0;
  while (const char* const name = uenum_next(names.get(), nullptr, &status)) {
    const auto tag = icu::Locale(name).toLanguageTag<std::string>(status);
    INFO(name);
    CHECK(told(registry, tag, "full", components::date, november_20, "UTC") != "unknown locale");
    ++count;
  }
  CHECK(U_SUCCESS(status));
  CHECK(count > 20);
}

TEST_CASE("ICU's other resource bundles are not locales") {
  format::registry registry;
  for (const char* const name : {"pool", "root", "und", "metadata", "plurals", "icuver", "icustd",
                                 "units", "pool-DE", "metadata-u-ca-buddhist"}) {
    CHECK(told(registry, name, "full", components::date, november_20, "UTC") == "unknown locale");
  }
}

TEST_CASE("skeletons of 32 letters are rendered and longer ones refused") {
  format::registry registry;
  const auto ask = [&](const std::string& letters) {
    return told(registry, "en-US", "skeleton:" + letters, components::time, november_20, "UTC");
  };
  CHECK(ask("yMMMMEEEEd") == "Friday, November 20, 2026");
  CHECK(ask("Hm") == "09:05");
  CHECK(ask("jm") == "9:05\u202FAM");
  for (const std::string& letters :
       {std::string(), std::string("y!"), std::string("y M"), std::string("\xC3\xA4"),
        std::string("HmsSSS"), std::string(33, 'y')}) {
    CHECK(ask(letters) == "unknown style");
  }
}

TEST_CASE("a skeleton of which the locale cannot show every field has no text") {
  format::registry registry;
  const auto ask = [&](const char* locale, const std::string& letters) {
    return told(registry, locale, "skeleton:" + letters, components::time, november_20, "UTC");
  };
  for (const char* const letters : {"ywE", "MMMMWjm", "yw", "MW", "dg", "Ha", "BHm"}) {
    CAPTURE(letters);
    CHECK(ask("en", letters) == "no text");
  }
  CHECK(ask("de", "jma") == "no text");
  CHECK(ask("zh-u-ca-chinese", "Gy") == "no text");
  CHECK(ask("en", "hma") == "9:05\u202FAM");
  CHECK(ask("en", "YEd") == "20 Fri 2026");
  CHECK(ask("en", "W") == "3");
}

TEST_CASE("no text is empty: quarters of calendars with thirteen months") {
  format::registry registry;
  for (const char* const calendar : {"hebrew", "coptic", "ethiopic", "ethioaa"}) {
    const std::string locale = std::string("en-u-ca-") + calendar;
    std::size_t without = 0;
    for (std::int64_t day = 0; day < 800; ++day) {
      const std::string text = told(registry, locale, "skeleton:QQQ", components::date,
                                    november_20 + day * 86'400, "UTC");
      CHECK_FALSE(text.empty());
      if (text == "no text") ++without;
    }
    INFO(calendar);
    CHECK(without > 0);  // ICU has names for four quarters of three months
  }
}

// Published dates of years in which China and Korea see the new year on different days.
TEST_CASE(
    "the Chinese new year does not depend on who asked for the Korean one, nor the other way") {
  format::registry registry;
  constexpr std::int64_t day = 86'400;
  for (const std::int64_t noon : {572'054'400 + day / 2, 855'273'600 + day / 2,
                                  1'832'457'600 + day / 2}) {  // 1988-02-17, 1997-02-07, 2028-01-26
    CAPTURE(noon);
    const auto day_of_year = [&](const char* locale, std::int64_t when) {
      return told(registry, locale, "skeleton:D", components::date, when, "UTC");
    };
    const std::string korean = day_of_year("en-u-ca-dangi", noon + day);
    CHECK((korean == "no text" || korean == "1"));
    CHECK(day_of_year("en-u-ca-chinese", noon) == "1");
  }
}

TEST_CASE("te reo Māori has its fourth month spelt right") {
  format::registry registry;
  const std::string april = told(registry, "mi", "long", components::date, 1775001600, "UTC");
  CHECK(april.find("pereira") == std::string::npos);
}

TEST_CASE("no answer depends on the process's own locale") {
  UErrorCode status = U_ZERO_ERROR;
  icu::Locale::setDefault(icu::Locale("de_DE"), status);
  format::registry registry;
  CHECK(told(registry, "en", "long", components::date, november_20, "UTC") == "November 20, 2026");
  CHECK(told(registry, "xx", "long", components::date, november_20, "UTC") == "unknown locale");
}

// How many instants to try; more by hand than in the suite.
std::size_t instants_to_try() {
  const char* const wanted = std::getenv("POLYCLOCK_INSTANTS");
  return wanted != nullptr ? std::stoul(wanted) : 3000 / locale_step;
}

TEST_CASE("a CLDR text stays as it is until valid-until and differs then") {
  format::registry registry;
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> any(1577836800, 2208988800);  // 2020 to 2040
  const std::vector<std::string_view> styles{
      "full",       "long",        "medium",     "short",        "skeleton:yMMMM", "skeleton:Ed",
      "skeleton:h", "skeleton:ha", "skeleton:y", "skeleton:jmz", "skeleton:yQQQ",  "skeleton:Bh"};
  const std::vector<std::string_view> tags{"en", "de", "fa", "th", "ar-SA", "he-u-ca-hebrew"};
  const auto all = zones()->zones();
  for (std::size_t i = 0; i < instants_to_try(); ++i) {
    const clock::zone& zone = all[random() % all.size()];
    const std::string_view style = styles[random() % styles.size()];
    const std::string_view tag = tags[random() % tags.size()];
    const components what = all_components[random() % all_components.size()];
    const std::int64_t seconds = any(random);
    INFO(zone.name() << " " << style << " " << tag << " " << static_cast<int>(what) << " "
                     << seconds);
    const auto render = [&](clock::instant when) {
      format::rendering out;
      REQUIRE(registry.render({when, zone}, {what, style, tag}, out) == render_status::rendered);
      return out;
    };
    const format::rendering now = render({seconds, 999'999'999});
    REQUIRE(now.valid_until);
    REQUIRE(*now.valid_until > clock::instant{seconds, 999'999'999});
    CHECK(render({now.valid_until->seconds - 1, 999'999'999}).text.view() == now.text.view());
    CHECK(render(*now.valid_until).text.view() != now.text.view());
  }
}

TEST_CASE("a text that changes between two candidates has an end") {
  // Bogotá's one summer, and a Berlin without any.
  const clock::zone_database own = compiled_zones(
      "Rule B 1992 only - May 3 0:00 1:00 -\n"
      "Rule B 1993 only - Feb 6 24:00 0 -\n"
      "Zone America/Bogota -5:00 B -05/-04\n"
      "Zone Europe/Berlin 1:00 - CET\n");
  format::registry registry;
  const auto until = [&](std::string_view tag, std::string_view style, std::int64_t seconds,
                         std::string_view zone) {
    format::rendering out;
    REQUIRE(registry.render({{seconds, 0}, *own.find(zone)}, {components::both, style, tag}, out) ==
            render_status::rendered);
    return out.valid_until ? out.valid_until->seconds : 0;
  };
  const std::int64_t heisei = 1420070400;  // 2015; Reiwa begins in 2019
  CHECK(until("ja-u-ca-japanese", "skeleton:G", heisei, "UTC") > heisei);
  CHECK(until("ja-u-ca-japanese", "skeleton:G", heisei, "UTC") < 1556668800);
  CHECK(until("en", "skeleton:xxx", 315532800, "America/Bogota") ==
        704869200);  // 1992-05-03T05:00:00Z
  CHECK(until("en", "skeleton:VV", 315532800, "America/Bogota") == 0);
  // ICU knows Berlin with summer time, and stops agreeing in the middle of the day.
  CHECK(until("en", "skeleton:yMMMdzzzz", 1806193800, "Europe/Berlin") ==
        1806195600);  // 2027-03-28T01:00:00Z
}

TEST_CASE("a city is a city all year") {
  format::registry registry;
  CHECK(told(registry, "en", "skeleton:VVV", components::time, 1767225600, "Africa/Cairo") ==
        "Cairo");
  CHECK(told(registry, "en", "skeleton:VVV", components::time, 1782864000, "Africa/Cairo") ==
        "Cairo");
}

TEST_CASE("eight threads render what one renders") {
  std::vector<std::string> tags;
  std::int32_t count = 0;
  const icu::Locale* const locales = icu::Locale::getAvailableLocales(count);
  for (std::int32_t i = 0; i < count && tags.size() < 50; i += 16) {
    UErrorCode status = U_ZERO_ERROR;
    tags.push_back(locales[i].toLanguageTag<std::string>(status));
  }
  const auto tell_all = [&](std::string& out) {
    format::registry registry;
    for (const std::string& tag : tags) {
      for (std::size_t zone = 0; zone < 20; ++zone) {
        const std::string_view name = zones()->zones()[zone * 25].name();
        out += told(registry, tag, "full", components::both, november_20, name) + "\n";
      }
    }
  };
  // As in the daemon, whose answerers are warm before there are threads: ICU makes its shared zone on
  // first use, ordered by atomics of its own that the thread sanitizer does not see.
  static_cast<void>(icu::TimeZone::getGMT());
  std::vector<std::string> outputs(8);
  std::vector<std::thread> threads;
  for (std::string& out : outputs) threads.emplace_back([&] { tell_all(out); });
  for (std::thread& thread : threads) thread.join();
  std::string alone;
  tell_all(alone);
  for (const std::string& out : outputs) CHECK(out == alone);
}

// Sanitizers have a malloc of their own.
#ifndef POLYCLOCK_SANITIZED
TEST_CASE("locales that clients think up take no memory for good") {
  const std::array calendars{"buddhist", "coptic",  "hebrew", "indian", "islamic",
                             "japanese", "persian", "roc",    "dangi",  "chinese"};
  const std::array digits{"arab",    "arabext", "beng",    "deva", "fullwide", "gujr", "guru",
                          "hanidec", "khmr",    "knda",    "laoo", "limb",     "mlym", "mong",
                          "mymr",    "orya",    "tamldec", "telu", "thai",     "tibt"};
  format::registry registry;
  const auto tell = [&](const std::string& locale) {
    static_cast<void>(
        told(registry, locale, "full", components::both, november_20, "Europe/Berlin"));
  };
  for (const std::string language : {"en", "de", "ja", "fr", "es", "it", "pt", "sv", "da", "nl"})
    tell(language);
  const std::size_t before = mallinfo2().uordblks;
  for (const std::string language : {"en", "de", "ja", "fr", "es", "it", "pt", "sv", "da", "nl"}) {
    for (const std::string calendar : calendars) {
      for (const std::string numbers : digits) {
        tell(language + "-u-ca-" + calendar + "-nu-" + numbers);
      }
    }
  }
  const std::size_t grown = mallinfo2().uordblks - before;
  INFO("grown by " << grown << " bytes");
  CHECK(grown < std::size_t{22} << 20);  // where their extensions count, 30 MB
}
#endif

}  // namespace
}  // namespace polyclock::test
