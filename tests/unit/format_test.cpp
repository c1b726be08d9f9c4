// The strategies: their sentences word by word, their ASCII forms, and until when they stay true.
#include <random>
#include <string>
#include <vector>

#include "format/ascii.hpp"
#include "format/iso.hpp"
#include "format/locale.hpp"
#include "format/phrase.hpp"
#include "format/registry.hpp"
#include "support/catch.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

using format::components;

constexpr std::int64_t november_20 = 1795165507;  // 2026-11-20T09:05:07Z

std::string told(format::formatter& strategy, components what, const char* locale,
                 std::int64_t seconds, const char* zone = "UTC") {
  format::rendering rendering;
  const auto status =
      strategy.render({{seconds, 0}, zone_named(zone)}, {what, "", locale}, rendering);
  if (status != format::render_status::rendered) return "refused";
  return std::string(rendering.text.view());
}

TEST_CASE("the phrases are the contract's") {
  format::locale_matcher matcher;
  format::phrase phrase(matcher);
  const auto date = [&](const char* locale) {
    return told(phrase, components::date, locale, november_20);
  };
  const auto time = [&](const char* locale) {
    return told(phrase, components::time, locale, november_20);
  };
  CHECK(date("en") == "Today's date is November 20, 2026");
  CHECK(time("en") == "The current time is 09:05");
  CHECK(date("mi") == "Ko te rā o tēnei rā ko Whiringa-ā-rangi 20, 2026");
  CHECK(time("mi") == "Ko te wā o tēnei wā 09:05");
  CHECK(date("de") == "Heute ist der 20. November 2026");
  CHECK(time("de") == "Die Uhrzeit ist 09:05");
  CHECK(told(phrase, components::both, "de-AT", november_20) ==
        "Heute ist der 20. November 2026. Die Uhrzeit ist 09:05");
  CHECK(told(phrase, components::date, "EN-nz", 1772323200) == "Today's date is March 1, 2026");
}

TEST_CASE("the phrases have every month's name") {
  format::locale_matcher matcher;
  format::phrase phrase(matcher);
  const std::vector<std::vector<std::string>> months{{"January", "Kohitātea", "Januar"},
                                                     {"February", "Hui-tanguru", "Februar"},
                                                     {"March", "Poutū-te-rangi", "März"},
                                                     {"April", "Paenga-whāwhā", "April"},
                                                     {"May", "Haratua", "Mai"},
                                                     {"June", "Pipiri", "Juni"},
                                                     {"July", "Hōngongoi", "Juli"},
                                                     {"August", "Here-turi-kōkā", "August"},
                                                     {"September", "Mahuru", "September"},
                                                     {"October", "Whiringa-ā-nuku", "Oktober"},
                                                     {"November", "Whiringa-ā-rangi", "November"},
                                                     {"December", "Hakihea", "Dezember"}};
  std::int64_t fifteenth = 1768435200;  // 2026-01-15
  for (const auto& names : months) {
    CHECK(told(phrase, components::date, "en", fifteenth) ==
          "Today's date is " + names[0] + " 15, 2026");
    CHECK(told(phrase, components::date, "mi", fifteenth) ==
          "Ko te rā o tēnei rā ko " + names[1] + " 15, 2026");
    CHECK(told(phrase, components::date, "de", fifteenth) ==
          "Heute ist der 15. " + names[2] + " 2026");
    const auto civil = clock::to_civil(fifteenth);
    const int length =
        civil.month == 2                                                                  ? 28
        : (civil.month == 4 || civil.month == 6 || civil.month == 9 || civil.month == 11) ? 30
                                                                                          : 31;
    fifteenth += length * 86400;
  }
}

TEST_CASE("te reo Māori is written with composed characters") {
  format::locale_matcher matcher;
  format::phrase phrase(matcher);
  for (std::int64_t month = 0; month < 12; ++month) {
    const std::string text = told(phrase, components::both, "mi", 1768435200 + month * 2629746);
    CHECK(text.find("\u0304") == std::string::npos);  // combining macron
    CHECK(text.find("ā") != std::string::npos);
  }
}

TEST_CASE("the phrase style speaks its three languages and their regional forms alone") {
  format::locale_matcher matcher;
  format::phrase phrase(matcher);
  for (const char* locale :
       {"en", "EN", "eng", "mri-NZ", "mao", "deu", "ger-AT", "en-NZ", "en-Latn-US", "mi", "mi-NZ",
        "de", "de-CH-1996", "de-u-nu-latn", "en-x-anything"}) {
    INFO(locale);
    CHECK(told(phrase, components::date, locale, november_20) != "refused");
  }
  for (const char* locale :
       {"",      "xx",          "e",        "eng1",   "english",
        "en_US", "en-",         "-en",      "en--US", "en-Shaw",
        "fr",    "d",           "de.UTF-8", "root",   "en US",
        "mio",   "de-\xC3\xA4", "de-DE-DE", "en-a",   "en-u-nu-latn-u-nu-latn"}) {
    INFO(locale);
    CHECK(told(phrase, components::date, locale, november_20) == "refused");
  }
}

TEST_CASE("ISO texts are RFC 3339") {
  format::iso iso;
  CHECK(told(iso, components::date, "", november_20) == "2026-11-20");
  CHECK(told(iso, components::time, "", november_20) == "09:05:07Z");
  CHECK(told(iso, components::both, "", november_20) == "2026-11-20T09:05:07Z");
  CHECK(told(iso, components::both, "", november_20, "Pacific/Auckland") ==
        "2026-11-20T22:05:07+13:00");
  CHECK(told(iso, components::both, "", november_20, "America/St_Johns") ==
        "2026-11-20T05:35:07-03:30");
  CHECK(told(iso, components::time, "", november_20, "Europe/London") == "09:05:07+00:00");
  CHECK(told(iso, components::date, "", -62135596800) == "0001-01-01");
}

TEST_CASE("an offset with seconds is rounded and the clock moved with it") {
  format::iso iso;
  // Monrovia until 1972: -00:44:30.
  CHECK(told(iso, components::both, "", 0, "Africa/Monrovia") == "1969-12-31T23:16:00-00:44");
}

TEST_CASE("ASCII forms are those that the languages use") {
  const auto folded = [](const char* text, const char* locale) {
    format::text out;
    return format::fold_to_ascii(text, locale, out) ? std::string(out.view()) : "refused";
  };
  CHECK(folded("Ko te rā o tēnei rā ko Poutū-te-rangi", "mi") ==
        "Ko te ra o tenei ra ko Poutu-te-rangi");
  CHECK(folded("Der 1. März, Größe, Übung", "de-AT") == "Der 1. Maerz, Groesse, Uebung");
  CHECK(folded("naïve Łódź, Århus", "en") == "naive Lodz, Arhus");
  CHECK(folded("März", "en") == "Marz");
  CHECK(folded("9:05\u202FAM\u00A0x", "en") == "9:05 AM x");
  CHECK(folded("Ọjọ́bọ, mpɔ́sɔ", "yo") == "Ojobo, mposo");
  CHECK(folded("3.ª trimestre, nº 1, x²", "es") == "3.a trimestre, no 1, x2");
  CHECK(folded("kʷukʷ, hⁿ, ʰ", "yav") == "kwukw, hn, h");
  CHECK(folded("½, ﬁ, Ａ", "en") == "1/2, fi, A");
  CHECK(folded("東京", "ja") == "refused");
  CHECK(folded("a\nb", "en") == "refused");
}

TEST_CASE("without a style the registry takes a sentence, else the style long") {
  format::registry registry;
  using format::render_status;
  const format::zoned_time time({november_20, 0}, zone_named("UTC"));
  format::rendering out;
  const auto render = [&](std::string_view style, std::string_view locale) {
    return registry.render(time, {components::date, style, locale}, out);
  };
  CHECK(render("", "fr") == render_status::rendered);
  CHECK(out.text.view() == "20 novembre 2026");
  CHECK(out.style.view() == "long");
  CHECK(out.locale.view() == "fr");
  CHECK(render("", "mi-NZ") == render_status::rendered);
  CHECK(out.style.view() == "phrase");
  CHECK(out.locale.view() == "mi");
  CHECK(render("phrase", "fr") == render_status::unknown_locale);
  CHECK(render("iso", "xx") == render_status::rendered);
  CHECK(out.locale.view() == "und");
  CHECK(render("Phrase", "en") == render_status::unknown_style);
  CHECK(render("", "qq-QQ") == render_status::unknown_locale);
}

// At the first instant of a new text the old one has just ended.
void check_validity(format::formatter& strategy, components what, const clock::zone& zone,
                    std::int64_t seconds) {
  const auto render = [&](clock::instant when) {
    format::rendering rendering;
    REQUIRE(strategy.render({when, zone}, {what, "", "en"}, rendering) ==
            format::render_status::rendered);
    return rendering;
  };
  const format::rendering now = render({seconds, 999'999'999});
  REQUIRE(now.valid_until);
  const clock::instant until = *now.valid_until;
  REQUIRE(until > clock::instant{seconds, 999'999'999});
  REQUIRE(render({until.seconds - 1, 999'999'999}).text.view() == now.text.view());
  REQUIRE(render(until).text.view() != now.text.view());
}

TEST_CASE("a text stays as it is until valid-until and differs then") {
  format::locale_matcher matcher;
  format::phrase phrase(matcher);
  format::iso iso;
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> any(1577836800, 2208988800);  // 2020 to 2040
  std::vector<std::int64_t> instants(200);
  for (auto& instant : instants) instant = any(random);
  for (const char* name :
       {"UTC", "Pacific/Auckland", "Europe/Berlin", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia",
        "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca", "Europe/Dublin",
        "America/Nuuk", "America/Havana", "Asia/Gaza", "America/Asuncion", "Asia/Kathmandu"}) {
    INFO(name);
    const clock::zone& zone = zone_named(name);
    std::vector<std::int64_t> all = instants;
    for (auto next = zone.next_transition(1577836800); next && next->seconds < 2208988800;
         next = zone.next_transition(next->seconds)) {
      for (const int near : {-86400, -3601, -61, -1, 0, 59, 3599, 7200}) {
        all.push_back(next->seconds + near);
      }
    }
    for (const std::int64_t seconds : all) {
      INFO(seconds);
      for (const auto what : {components::date, components::time, components::both}) {
        check_validity(phrase, what, zone, seconds);
        check_validity(iso, what, zone, seconds);
      }
    }
  }
}

TEST_CASE("a day that a zone skipped is over before it began") {
  format::locale_matcher matcher;
  format::phrase phrase(matcher);
  format::rendering rendering;
  const std::int64_t before = 1325239200 - 1;  // 2011-12-29T23:59:59-10:00 in Apia
  static_cast<void>(phrase.render({{before, 0}, zone_named("Pacific/Apia")},
                                  {components::date, "", "en"}, rendering));
  CHECK(rendering.text.view() == "Today's date is December 29, 2011");
  CHECK(*rendering.valid_until == clock::instant{before + 1, 0});
  CHECK(told(phrase, components::date, "en", before + 1, "Pacific/Apia") ==
        "Today's date is December 31, 2011");
}

}  // namespace
}  // namespace polyclock::test
