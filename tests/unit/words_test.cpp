// The style `words`: the files that are built in and what is wrong with others, which file suits whom, and until when
// the words hold.
#include "format/words.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "base/utf8.hpp"
#include "format/available_locales.hpp"
#include "format/registry.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

using format::components;
using format::parse_words;
using format::render_status;
using format::spoken_day;
using format::word_set;

// 2026-07-01, at that hour and minute.
clock::instant july_first(int hour, int minute) {
  return {1782864000 + hour * 3600 + minute * 60, 0};
}

std::string told(format::registry& registry, const std::string& style, const std::string& locale,
                 clock::instant when, components what = components::time) {
  format::rendering out;
  const auto status = registry.render({when, zone_named("UTC")}, {what, style, locale}, out);
  if (status == render_status::unknown_style) return "unknown style";
  if (status == render_status::unknown_locale) return "unknown locale";
  return status == render_status::rendered ? std::string(out.text.view()) : "no text";
}

TEST_CASE("each built-in file of words can be read, and each time of its day has a text") {
  CHECK(word_set::load({}, nullptr).problems.empty());
  const auto files = word_set::built_in();
  REQUIRE(files->size() >= 29);
  for (std::size_t i = 0; i < files->size(); ++i) {
    CAPTURE(files->file(i).languages.front(), files->file(i).variant);
    auto made = spoken_day::make(files->file(i));
    REQUIRE(std::holds_alternative<spoken_day>(made));
    const auto& day = std::get<spoken_day>(made);
    bool is_clean = true;
    for (int minute = 0; minute < 1440; ++minute) {
      const std::string_view text = day.at(minute / 60, minute % 60);
      const bool is_tidy = text.find("  ") == text.npos && text.find_first_of("{}=") == text.npos;
      is_clean = is_clean && !text.empty() && is_tidy && base::is_printable_utf8(text);
    }
    CHECK(is_clean);
  }
}

struct spoken {
  const char* locale;
  // At 01:00, 09:05, 09:15, 09:25, 09:30, 11:35, 12:45 and 23:50.
  std::vector<std::string> texts;
};
const std::vector<spoken> spoken_languages{
    {"en",
     {"one o'clock", "five past nine", "quarter past nine", "twenty-five past nine",
      "half past nine", "twenty-five to twelve", "quarter to one", "ten to twelve"}},
    {"de",
     {"ein Uhr", "fünf nach neun", "Viertel nach neun", "fünf vor halb zehn", "halb zehn",
      "fünf nach halb zwölf", "Viertel vor eins", "zehn vor zwölf"}},
    {"nl",
     {"één uur", "vijf over negen", "kwart over negen", "vijf voor half tien", "half tien",
      "vijf over half twaalf", "kwart voor één", "tien voor twaalf"}},
    {"sv",
     {"ett", "fem över nio", "kvart över nio", "fem i halv tio", "halv tio", "fem över halv tolv",
      "kvart i ett", "tio i tolv"}},
    {"nb",
     {"ett", "fem over ni", "kvart over ni", "fem på halv ti", "halv ti", "fem over halv tolv",
      "kvart på ett", "ti på tolv"}},
    {"fr",
     {"une heure", "neuf heures cinq", "neuf heures et quart", "neuf heures vingt-cinq",
      "neuf heures et demie", "midi moins vingt-cinq", "une heure moins le quart",
      "minuit moins dix"}},
    {"es",
     {"la una", "las nueve y cinco", "las nueve y cuarto", "las nueve y veinticinco",
      "las nueve y media", "las doce menos veinticinco", "la una menos cuarto",
      "las doce menos diez"}},
    {"it",
     {"l'una", "le nove e cinque", "le nove e un quarto", "le nove e venticinque",
      "le nove e mezza", "le dodici meno venticinque", "l'una meno un quarto",
      "le dodici meno dieci"}},
    {"ca",
     {"la una", "les nou i cinc", "un quart de deu", "dos quarts menys cinc de deu",
      "dos quarts de deu", "dos quarts i cinc de dotze", "tres quarts d'una",
      "tres quarts i cinc de dotze"}},
    {"gsw",
     {"eis", "füf ab nüni", "Viertu ab nüni", "füf vor haubi zäni", "haubi zäni",
      "füf ab haubi zwöufi", "Viertu vor eis", "zää vor zwöufi"}},
};

TEST_CASE("each language tells the time as its speakers do") {
  format::registry registry;
  for (const auto& [locale, texts] : spoken_languages) {
    const std::vector<clock::instant> times{
        july_first(1, 0),  july_first(9, 5),   july_first(9, 15),  july_first(9, 25),
        july_first(9, 30), july_first(11, 35), july_first(12, 45), july_first(23, 50)};
    for (std::size_t i = 0; i < times.size(); ++i) {
      CAPTURE(locale);
      CHECK(told(registry, "words", locale, times[i]) == texts[i]);
    }
  }
  CHECK(told(registry, "words", "da", july_first(9, 45)) == "kvart i ti");
  CHECK(told(registry, "words", "pt", july_first(13, 0)) == "uma hora");
  CHECK(told(registry, "words", "pt", july_first(9, 30)) == "nove e meia");
}

TEST_CASE("midnight and noon have their words") {
  format::registry registry;
  CHECK(told(registry, "words", "en", july_first(0, 0)) == "midnight");
  CHECK(told(registry, "words", "en", july_first(12, 4)) == "noon");
  CHECK(told(registry, "words", "en", july_first(12, 5)) == "five past twelve");
  CHECK(told(registry, "words", "de", july_first(0, 0)) == "Mitternacht");
  CHECK(told(registry, "words", "fr", july_first(12, 30)) == "midi et demi");
  CHECK(told(registry, "words", "it", july_first(12, 0)) == "mezzogiorno");
}

TEST_CASE("variants tell exact minutes, parts of the day and quarters of the coming hour") {
  format::registry registry;
  CHECK(told(registry, "words:exact", "en", july_first(9, 5)) == "nine oh five");
  CHECK(told(registry, "words:exact", "en", july_first(21, 31)) == "nine thirty-one");
  CHECK(told(registry, "words:exact", "de", july_first(9, 31)) == "neun Uhr einunddreißig");
  CHECK(told(registry, "words:exact", "de", july_first(13, 1)) == "ein Uhr eins");
  CHECK(told(registry, "words:day-period", "en", july_first(9, 0)) ==
        "nine o'clock in the morning");
  CHECK(told(registry, "words:viertel-eins", "de-CH", july_first(12, 15)) == "viertel eins");
  CHECK(told(registry, "words:viertel-eins", "sv", july_first(12, 15)) == "unknown locale");
  CHECK(told(registry, "words:nonsense", "de", july_first(12, 15)) == "unknown style");
  CHECK(told(registry, "words:", "de", july_first(12, 15)) == "unknown style");
}

TEST_CASE("a region's own words come before those of its language") {
  format::registry registry;
  const auto at_20_past = [&](const char* locale) {
    return told(registry, "words", locale, july_first(9, 20));
  };
  CHECK(at_20_past("nl-BE") == "twintig over negen");
  CHECK(at_20_past("nl-NL") == "tien voor half tien");
  CHECK(at_20_past("nl-SR") == "tien voor half tien");
  CHECK(at_20_past("no") == at_20_past("nb-NO"));
  CHECK(at_20_past("deu") == "zwanzig nach neun");
  CHECK(at_20_past("de-Latn-AT-u-ca-hebrew") == "zwanzig nach neun");
  CHECK(at_20_past("en-Shaw") == "unknown locale");
  CHECK(at_20_past("ja") == "unknown locale");
  CHECK(at_20_past("not a tag") == "unknown locale");
}

TEST_CASE("words of a language that no speaker has read are not told") {
  format::registry registry;
  CHECK(told(registry, "words", "mi", july_first(9, 30)) == "unknown locale");
}

TEST_CASE("a date alone is that of long, and is joined with the words as long joins them") {
  format::registry registry;
  const auto when = july_first(9, 30);
  for (const char* locale : {"en", "de-AT", "pt-BR", "es-u-ca-japanese"}) {
    CHECK(told(registry, "words", locale, when, components::date) ==
          told(registry, "long", locale, when, components::date));
  }
  CHECK(told(registry, "words", "en", when, components::both) == "July 1, 2026 at half past nine");
  CHECK(told(registry, "words", "de", when, components::both) == "1. Juli 2026 um halb zehn");
  CHECK(told(registry, "words", "fr", when, components::both) ==
        "1 juillet 2026 à neuf heures et demie");
  // Where that would say "at" twice, or before no article, the file has a form of its own.
  CHECK(told(registry, "words", "it", when, components::both) == "1 luglio 2026, le nove e mezza");
  CHECK(told(registry, "words", "ca", when, components::both) ==
        told(registry, "long", "ca", when, components::date) + ", dos quarts de deu");
}

TEST_CASE("every locale has a place for the words beside the date") {
  format::locale_matcher matcher;
  format::cldr dates(matcher);
  const format::zoned_time time(july_first(9, 30), zone_named("UTC"));
  for (const std::string& locale : format::available_locales()) {
    CAPTURE(locale);
    format::rendering date;
    format::rendering around;
    REQUIRE(dates.render(time, {components::date, "long", locale}, date) ==
            render_status::rendered);
    REQUIRE(dates.render_around("WORDS", time, locale, around) == render_status::rendered);
    const std::string_view text = around.text.view();
    CHECK(text.find("WORDS") != text.npos);
    CHECK(text.find("WORDS") == text.rfind("WORDS"));
    CHECK(text.find(date.text.view()) != text.npos);
  }
}

// Half of them at a change of the clocks.
clock::instant some_time(const clock::zone& zone, std::mt19937_64& random) {
  const auto any = static_cast<std::int64_t>(random() % 4'000'000'000) - 2'000'000'000;
  const auto change = zone.next_transition(any);
  if (!change || random() % 2 == 0) return {any, 0};
  return {change->seconds - 900 + static_cast<std::int64_t>(random() % 1800), 0};
}

TEST_CASE("words hold until their end, and not at it, in every zone") {
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  format::registry registry;
  int wrong = 0;
  for (const clock::zone& zone : zones()->zones()) {
    for (int i = 0; i < 20; ++i) {
      const char* const style = random() % 2 == 0 ? "words" : "words:exact";
      const char* const locale = random() % 2 == 0 ? "en" : "de";
      const auto what = random() % 3 == 0 ? components::both : components::time;
      const auto text_at = [&](std::int64_t seconds, format::rendering& out) {
        static_cast<void>(registry.render({{seconds, 0}, zone}, {what, style, locale}, out));
        return std::string(out.text.view());
      };
      const clock::instant when = some_time(zone, random);
      format::rendering told;
      format::rendering other;
      const std::string text = text_at(when.seconds, told);
      const std::int64_t end = told.valid_until ? told.valid_until->seconds : when.seconds;
      // A clock that goes back within a step repeats it.
      bool holds = end > when.seconds && end <= when.seconds + 7200 && text_at(end, other) != text;
      for (std::int64_t later = when.seconds; later < end; later += 7) {
        holds = holds && text_at(later, other) == text;
      }
      holds = holds && text_at(end - 1, other) == text;
      if (!holds) {
        ++wrong;
        UNSCOPED_INFO(zone.name() << " " << when.seconds << " " << style << " " << locale << ": "
                                  << text << " until " << end);
      }
    }
  }
  CHECK(wrong == 0);
}

// What is wrong with a file, and in which line.
std::string fault(const std::string& text) {
  auto parsed = parse_words(text);
  auto* wrong = std::get_if<format::words_error>(&parsed);
  if (wrong == nullptr) {
    auto day = spoken_day::make(std::get<format::words_file>(parsed));
    wrong = std::get_if<format::words_error>(&day);
    if (wrong == nullptr) return "none";
    return std::to_string(wrong->line) + ": " + wrong->why;
  }
  return std::to_string(wrong->line) + ": " + wrong->why;
}

const std::string head = "# A comment\nlanguage en\nstep 30\n";
const std::string list = "hours a, b, c, d, e, f, g, h, i, j, k, l\n";

TEST_CASE("a file of words that is wrong is refused with the line") {
  const std::string rows = ":00 {hour}\n:30 half {next}\n";
  CHECK(fault(head + list + rows) == "none");
  CHECK(fault("") == "0: no line 'language'");
  CHECK(fault("step 5\n") == "1: the first line must be 'language' and a tag, not 'step'");
  CHECK(fault("language de-x-east\n") ==
        "1: 'de-x-east': must be a language, and perhaps a script and a region");
  CHECK(fault("language x_y\n") == "1: 'x_y': not a language tag");
  CHECK(fault(head + list + ":00 {hour}\n") == "0: no row for :30");
  CHECK(fault(head + list + rows + ":30 x\n") == "7: the time has a row already, in line 6");
  CHECK(fault(head + list + rows + ":15 x\n") == "7: not a multiple of the step");
  CHECK(fault(head + "hours a, b, c\n" + rows) ==
        "4: 3 hours; must be 12 or 24, with commas between them");
  CHECK(fault(head + list + ":00 {hour}\n:30 {later}\n") ==
        "6: '{later}': no such place; must be {hour}, {next}, {minute} or {period}");
  CHECK(fault("language en\nwith-date {date} {date}\n") ==
        "2: must have {date} and {words}, each once");
  CHECK(fault(head + list + ":00 {hour\n:30 x\n") == "5: '{' without '}'");
  CHECK_THAT(fault(head + "spell-hours 12 no-such-rules\n" + rows),
             Catch::Matchers::Matches("4: ICU has no rule set 'no-such-rules' for 'en'; it has "
                                      ".*spellout-cardinal.*"));
  CHECK(fault("language mi\nstep 60\nspell-hours 12 spellout-cardinal\n:00 {hour}\n") ==
        "3: ICU spells no numbers in 'mi'");
  CHECK(fault(head + list + rows + "# cafe\u0301\n") ==
        "7: not in Normalization Form C: a mark stands apart from its letter");
}

TEST_CASE("words may stand before the date") {
  const temporary_directory directory;
  std::ofstream(directory.path() / "en.words")
      << "language en\nstep 60\nwith-date At {words} on {date}.\n:00 noon\n";
  format::registry registry(word_set::load(directory.path(), nullptr).words);
  CHECK(told(registry, "words", "en", july_first(9, 30), components::both) ==
        "At noon on July 1, 2026.");
}

TEST_CASE("words are replaced where they stand alone") {
  auto file = parse_words(head +
                          "hours una, dues, c, d, e, f, g, h, i, j, k, l\n"
                          ":00 de {hour} i dunas\n:30 {next}, una\n"
                          "replace de una = d'una\nreplace una = UNA\n");
  REQUIRE(std::holds_alternative<format::words_file>(file));
  auto made = spoken_day::make(std::get<format::words_file>(file));
  REQUIRE(std::holds_alternative<spoken_day>(made));
  const auto& day = std::get<spoken_day>(made);
  CHECK(day.at(0, 0) == "d'UNA i dunas");
  CHECK(day.at(12, 29) == "d'UNA i dunas");
  CHECK(day.at(11, 30) == "UNA, UNA");
  CHECK(day.at(0, 59) == "dues, UNA");
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string words_of(const word_set::pointer& files, const std::string& locale) {
  format::registry registry(files);
  return told(registry, "words", locale, july_first(9, 30));
}

TEST_CASE("the operator's files come first, and a wrong one leaves what was there") {
  const temporary_directory directory;
  const auto path = directory.path() / "xx.words";
  const auto file = [](const std::string& language, const std::string& word) {
    return "language " + language + "\nstep 60\n:00 " + word + "\n";
  };
  write(path, file("swg", "halb"));
  write(directory.path() / "en.words", file("en", "own words"));
  write(directory.path() / "ignored.txt", "nonsense");
  const auto first = word_set::load(directory.path(), nullptr);
  CHECK(first.problems.empty());
  CHECK(words_of(first.words, "swg") == "halb");  // which ICU does not know
  CHECK(words_of(first.words, "en-GB") == "own words");
  CHECK(words_of(first.words, "de") == "halb zehn");

  write(path, "language swg\nstep 7\n");
  write(directory.path() / "en.words", file("en", "other words"));
  const auto second = word_set::load(directory.path(), first.words);
  REQUIRE(second.problems.size() == 1);
  CHECK(second.problems.front() ==
        path.string() + ":2: '7': not a number of minutes that divides 60");
  CHECK(words_of(second.words, "swg") == "halb");
  CHECK(words_of(second.words, "en") == "other words");

  const auto restarted = word_set::load(directory.path(), nullptr);
  CHECK(words_of(restarted.words, "swg") == "unknown locale");
  write(path, "language en, swg\nstep 60\n:00 again\n");
  const auto twice = word_set::load(directory.path(), nullptr);
  REQUIRE(twice.problems.size() == 1);
  CHECK_THAT(twice.problems.front(), Catch::Matchers::Matches(".*'en' has this variant in.*"));
}

}  // namespace
}  // namespace polyclock::test
