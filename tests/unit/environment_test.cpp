#include "environment.hpp"

#include <cstdlib>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

TEST_CASE("POSIX locale names become BCP 47 tags") {
  CHECK(to_language_tag("de_DE.UTF-8") == "de-DE");
  CHECK(to_language_tag("mi_NZ") == "mi-NZ");
  CHECK(to_language_tag("de_AT@euro") == "de-AT");
  CHECK(to_language_tag("sr_RS.UTF-8@latin") == "sr-Latn-RS");
  CHECK(to_language_tag("uz@cyrillic") == "uz-Cyrl");
  CHECK(to_language_tag("en-NZ-u-hc-h23") == "en-NZ-u-hc-h23");
  CHECK_FALSE(to_language_tag("C"));
  CHECK_FALSE(to_language_tag("C.UTF-8"));
  CHECK_FALSE(to_language_tag("POSIX"));
}

TEST_CASE("the first locale variable that is set is used") {
  for (const char* name : {"LC_ALL", "LC_TIME", "LANG"}) unsetenv(name);
  CHECK_FALSE(environment_locale());
  setenv("LANG", "de_DE.UTF-8", 1);
  CHECK(environment_locale() == "de-DE");
  setenv("LC_TIME", "mi_NZ.UTF-8", 1);
  CHECK(environment_locale() == "mi-NZ");
  setenv("LC_ALL", "", 1);
  CHECK(environment_locale() == "mi-NZ");
  setenv("LC_ALL", "C", 1);
  CHECK_FALSE(environment_locale());
}

TEST_CASE("TZ is used if it is a zone name") {
  const auto zone = [](const char* value) {
    setenv("TZ", value, 1);
    return environment_zone().value_or("none");
  };
  CHECK(zone("Europe/Berlin") == "Europe/Berlin");
  CHECK(zone(":Etc/GMT+12") == "Etc/GMT+12");
  CHECK(zone("UTC") == "UTC");
  CHECK(zone("EST5EDT") == "EST5EDT");
  CHECK(zone("NZ-CHAT") == "NZ-CHAT");
  for (const char* rule : {"", ":", "UTC0", "CET-1CEST", "EST5EDT4,M3.2.0,M11.1.0", "<+03>-3",
                           "/etc/localtime", ":/etc/localtime"}) {
    INFO(rule);
    CHECK(zone(rule) == "none");
  }
  unsetenv("TZ");
}

}  // namespace
}  // namespace polyclock::test
