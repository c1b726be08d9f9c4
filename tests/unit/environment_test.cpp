#include "environment.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

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

TEST_CASE("a tag derives from shorter ones") {
  using tags = std::vector<std::string>;
  CHECK(parent_tags("be-Latn-BY") == tags{"be-Latn", "be"});
  CHECK(parent_tags("de") == tags{});
  CHECK(parent_tags("en-NZ-u-hc-h23") == tags{"en-NZ-u-hc", "en-NZ", "en"});
}

TEST_CASE("TZ is used if it is a zone name") {
  const auto zone = [](const std::string& value) {
    setenv("TZ", value.c_str(), 1);
    const zone_choice choice = environment_zone();
    CHECK(choice.name.has_value() == choice.note.empty());
    return choice.name.value_or("none");
  };
  CHECK(zone("Europe/Berlin") == "Europe/Berlin");
  CHECK(zone(":Etc/GMT+12") == "Etc/GMT+12");
  CHECK(zone("UTC") == "UTC");
  CHECK(zone("EST5EDT") == "EST5EDT");
  CHECK(zone("NZ-CHAT") == "NZ-CHAT");
  for (const char* utc : {"", ":", "UTC0", "UTC+0", "UTC-0:00"}) {
    INFO(utc);
    CHECK(zone(utc) == "UTC");
  }
  for (const char* rule : {"CET-1CEST", "EST5EDT4,M3.2.0,M11.1.0", "<+03>-3", "UTC1", "UTC0UTC",
                           "/nowhere", ":/etc/hostname", "../zoneinfo/UTC"}) {
    INFO(rule);
    CHECK(zone(rule) == "none");
  }
  CHECK(environment_zone().note ==
        "TZ='../zoneinfo/UTC' is not a zone name; using the server's zone");
  unsetenv("TZ");
  CHECK_FALSE(environment_zone().name);
  CHECK(environment_zone().note.empty());
}

TEST_CASE("TZ may be the path of a zone, or a link to it") {
  const temporary_directory directory;
  const auto file = directory.path() / "zoneinfo/Pacific/Auckland";
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "TZif";
  std::filesystem::create_symlink(file, directory.path() / "localtime");
  const std::string folder = directory.path().string();
  for (const std::string& path :
       {file.string(), folder + "/localtime", folder + "//zoneinfo//Pacific/Auckland",
        folder + "/zoneinfo/posix/Pacific/Auckland"}) {
    INFO(path);
    setenv("TZ", (":" + path).c_str(), 1);
    CHECK(environment_zone().name == "Pacific/Auckland");
  }
  unsetenv("TZ");
}

}  // namespace
}  // namespace polyclock::test
