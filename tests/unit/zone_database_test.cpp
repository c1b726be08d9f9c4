#include "clock/zone_database.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "clock/tzif.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("zone names are found in any case and returned in their own") {
  CHECK(zones()->find("europe/berlin")->name() == "Europe/Berlin");
  CHECK(zones()->find("PACIFIC/AUCKLAND")->name() == "Pacific/Auckland");
  // Old names, whose files some systems put into a package of its own.
  for (const char* const name : {"Europe/Kiev", "US/Pacific", "Asia/Calcutta"}) {
    const clock::zone* const old = zones()->find(name);
    REQUIRE(old != nullptr);
    CHECK(old->name() == name);
    CHECK(old->is_link());
  }
  CHECK(zones()->size() > 400);
  CHECK_FALSE(zones()->version().empty());
  CHECK(zones()->problems().empty());
}

TEST_CASE("invalid zone names are not found") {
  for (const char* name :
       {"", "Europe/Kiyv", "../../etc/passwd", "/etc/passwd", "file:x", "right/UTC", "posix/UTC",
        "localtime", "Factory", "tzdata.zi", "posixrules", "Europe", "Europe/", "Europe/Berlin\n",
        "zone.tab", "leapseconds", "."}) {
    INFO(name);
    CHECK(zones()->find(name) == nullptr);
  }
  CHECK(zones()->find(std::string(4096, 'x')) == nullptr);
}

TEST_CASE("the footer's daylight saving time applies after the last recorded change") {
  const clock::zone& zone = zone_named("America/New_York");
  const std::int64_t july_2050 = 2540246400;
  CHECK(zone.type_at(july_2050).offset == -4 * 3600);
  CHECK(zone.type_at(july_2050).abbreviation == "EDT");
  CHECK(zone.next_transition(july_2050)->to->abbreviation == "EST");
}

TEST_CASE("transitions that keep offset and abbreviation are skipped") {
  for (const clock::zone& zone : zones()->zones()) {
    INFO(zone.name());
    for (std::int64_t seconds = 0; seconds < 2'500'000'000; seconds += 100'000'000) {
      const auto next = zone.next_transition(seconds);
      if (!next) continue;
      REQUIRE(next->seconds > seconds);
      REQUIRE_FALSE(zone.type_at(next->seconds)
                        .same_offset_and_abbreviation(zone.type_at(next->seconds - 1)));
      REQUIRE(zone.type_at(seconds).same_offset_and_abbreviation(zone.type_at(next->seconds - 1)));
    }
  }
}

TEST_CASE("without a tz database there is UTC and an error message") {
  const auto database = clock::zone_database::load("/nonexistent");
  CHECK(database.size() == 1);
  REQUIRE(database.find("utc") != nullptr);
  CHECK(database.find("UTC")->type_at(0).abbreviation == "UTC");
  CHECK_FALSE(database.find("UTC")->next_transition(0));
  CHECK(database.version().empty());
  CHECK(database.problems() == std::vector<std::string>{"/nonexistent: No such file or directory"});
}

TEST_CASE("a malformed file is reported and the other zones are loaded") {
  const temporary_directory directory;
  const fs::path source = clock::default_zoneinfo() / "Europe/Berlin";
  fs::copy_file(source, directory.path() / "Good");
  fs::copy_file(source, directory.path() / "Short");
  fs::resize_file(directory.path() / "Short", 100);
  std::ofstream(directory.path() / "Garbage") << "no zone";
  std::ofstream(directory.path() / "leapseconds") << "# a table";
  fs::create_symlink("Good", directory.path() / "Link");
  fs::create_symlink("nowhere", directory.path() / "Dangling");
  fs::create_directory_symlink(directory.path(), directory.path() / "Loop");
  const auto database = clock::zone_database::load(directory.path());
  CHECK(database.find("good") != nullptr);
  CHECK(database.find("link") != nullptr);
  CHECK(database.find("short") == nullptr);
  CHECK(database.find("UTC") != nullptr);
  CHECK(database.find("garbage") == nullptr);
  CHECK(database.problems().size() == 3);
}

bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return from_text(std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST_CASE("links of tzdata.zi without a file are zones, through other links too") {
  const temporary_directory directory;
  fs::create_directory(directory.path() / "Europe");
  const fs::path real = clock::default_zoneinfo() / "Europe" / "Kyiv";
  fs::copy_file(fs::canonical(real), directory.path() / "Europe" / "Kyiv");
  std::ofstream(directory.path() / "tzdata.zi") << "# version 2099z\n"
                                                   "L Europe/Kyiv Europe/Kiev\n"
                                                   "L Europe/Kiev Old/Kiev\n"
                                                   "L Mars/Olympus Mars/Base\n"
                                                   "L Loop/A Loop/B\nL Loop/B Loop/A\n"
                                                   "L Europe/Kyiv ../passwd\n";
  const auto database = clock::zone_database::load(directory.path());
  CHECK(database.size() == 4);
  CHECK(database.find("Europe/Kiev")->is_link());
  CHECK_FALSE(database.find("Europe/Kyiv")->is_link());
  CHECK(database.find("old/kiev")->type_at(1795165507).abbreviation == "EET");
  CHECK(database.find("Mars/Base") == nullptr);
}

TEST_CASE("the zones of damaged files keep their previous data and the release its name") {
  const temporary_directory directory;
  const auto file = directory.path() / "Tokyo";
  const auto write_release = [&](const char* version) {
    std::ofstream(directory.path() / "tzdata.zi") << "# version " << version << "\n";
  };
  fs::copy_file(fs::canonical(clock::default_zoneinfo() / "Asia" / "Tokyo"), file);
  write_release("2026a");
  const auto first = clock::zone_database::load(directory.path());
  REQUIRE(first.problems().empty());
  write_release("2026b");
  for (const char* const damage : {"TZif2 and no more", "", "<html>"}) {
    CAPTURE(damage);
    std::ofstream(file) << damage;
    const auto second = clock::zone_database::load(directory.path(), &first);
    REQUIRE(second.find("Tokyo") != nullptr);
    CHECK(second.find("Tokyo")->type_at(0).abbreviation == "JST");
    CHECK(second.version() == "2026a");
    REQUIRE(second.problems().size() == 1);
    CHECK(second.problems()[0].ends_with(", keeping the previous data of the zone"));
    CHECK(clock::zone_database::load(directory.path()).find("Tokyo") == nullptr);
  }
}

TEST_CASE("the zones of a directory that cannot be read keep their previous data") {
  const temporary_directory directory;
  for (const char* const name : {"Asia/Tokyo", "Europe/Berlin", "America/Lima"}) {
    fs::create_directories((directory.path() / name).parent_path());
    fs::copy_file(fs::canonical(clock::default_zoneinfo() / name), directory.path() / name);
  }
  std::ofstream(directory.path() / "tzdata.zi") << "# version 2026a\n";
  const auto first = clock::zone_database::load(directory.path());
  REQUIRE(first.size() == 4);
  const auto load_as_user = [&](const clock::zone_database* previous) {
    const bool is_root = geteuid() == 0;  // who may read everything
    if (is_root) REQUIRE(seteuid(65534) == 0);
    auto loaded = clock::zone_database::load(directory.path(), previous);
    if (is_root) REQUIRE(seteuid(0) == 0);
    return loaded;
  };
  fs::permissions(directory.path(), fs::perms(0755));
  fs::permissions(directory.path() / "Europe", fs::perms::none);
  std::ofstream(directory.path() / "tzdata.zi") << "# version 2026b\n";
  const auto second = load_as_user(&first);
  const auto fresh = load_as_user(nullptr);
  fs::permissions(directory.path() / "Europe", fs::perms(0755));
  CHECK(second.size() == 4);
  CHECK(second.find("Europe/Berlin") != nullptr);
  CHECK(second.version() == "2026a");
  const std::string why = (directory.path() / "Europe").string() + ": Permission denied";
  CHECK(second.problems() ==
        std::vector<std::string>{why + ", keeping the previous data of its zones"});
  CHECK(fresh.size() == 3);
  CHECK(fresh.problems() == std::vector<std::string>{why});
}

TEST_CASE("without a tzdata.zi the links are those that the program brings") {
  const temporary_directory directory;
  fs::create_directories(directory.path() / "America");
  fs::copy_file(fs::canonical(clock::default_zoneinfo() / "America/Los_Angeles"),
                directory.path() / "America/Los_Angeles");
  const auto database = clock::zone_database::load(directory.path());
  REQUIRE(database.find("US/Pacific") != nullptr);
  CHECK(database.find("US/Pacific")->type_at(0).abbreviation == "PST");
  CHECK(database.find("PST8PDT") != nullptr);
  CHECK(database.find("Asia/Calcutta") == nullptr);
}

TEST_CASE("no proper prefix of a TZif file is a zone, and no changed byte crashes the reader") {
  const bytes file = read_file(clock::default_zoneinfo() / "Europe/Dublin");
  REQUIRE(clock::parse_tzif(file));
  for (std::size_t size = 0; size < file.size(); ++size) {
    REQUIRE_FALSE(clock::parse_tzif(first(file, size)));
  }
  for (std::size_t position = 0; position < file.size(); ++position) {
    for (const int value : {0, 1, 0x7F, 0x80, 0xFF}) {
      bytes changed = file;
      changed[position] = static_cast<std::byte>(value);
      const auto rules = clock::parse_tzif(changed);
      if (!rules) continue;
      const clock::zone zone("changed", *rules);
      for (std::int64_t seconds = -3'000'000'000; seconds < 5'000'000'000; seconds += 999'999'999) {
        static_cast<void>(zone.type_at(seconds));
        static_cast<void>(zone.next_transition(seconds));
      }
    }
  }
}

}  // namespace
}  // namespace polyclock::test
