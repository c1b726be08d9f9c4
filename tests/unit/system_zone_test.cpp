#include "clock/system_zone.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/zones.hpp"

namespace polyclock::test {
namespace {

namespace fs = std::filesystem;

// A folder in the place of /etc, and no TZ.
class system_files {
 public:
  system_files() { unsetenv("TZ"); }

  void link(const std::string& to) { fs::create_symlink(to, path() / "localtime"); }
  void copy(const char* zone) {
    fs::copy_file(fs::canonical(clock::default_zoneinfo() / zone), path() / "localtime");
  }
  void write(const char* file, const char* text) { std::ofstream(path() / file) << text; }
  [[nodiscard]] clock::system_zone find() const { return find_system_zone(*zones(), path()); }

 private:
  [[nodiscard]] const fs::path& path() const { return directory_.path(); }

  temporary_directory directory_;
};

TEST_CASE("the system's zone is that of the link /etc/localtime") {
  system_files etc;
  etc.link("/usr/share/zoneinfo/Pacific/Auckland");
  etc.write("timezone", "Europe/Berlin\n");
  CHECK(etc.find().name == "Pacific/Auckland");
  CHECK(etc.find().problem.empty());
}

TEST_CASE("a copy in the place of /etc/localtime is found by its content") {
  system_files etc;
  etc.copy("Asia/Kathmandu");
  CHECK(etc.find().name == "Asia/Kathmandu");
  etc.write("timezone", "Asia/Katmandu\n");  // an alias, as the operator wrote it
  CHECK(etc.find().name == "Asia/Katmandu");
  etc.write("timezone", "Europe/Berlin\n");  // not the zone that programs use
  CHECK(etc.find().name == "Asia/Kathmandu");
}

TEST_CASE("a system zone that is not known is UTC, with the reason") {
  system_files unknown;
  unknown.link("/usr/share/zoneinfo/Mars/Olympus");
  CHECK(unknown.find().name == "UTC");
  CHECK(unknown.find().problem ==
        "system time zone 'Mars/Olympus' is not in the tz database; using UTC");
  system_files damaged;
  damaged.write("localtime", "no TZif");
  CHECK(damaged.find().name == "UTC");
  CHECK(damaged.find().problem.ends_with(
      "localtime is a copy of no zone of the tz database; using UTC"));
}

TEST_CASE("/etc/timezone names the zone alone, and without any file it is UTC") {
  system_files etc;
  CHECK(etc.find().name == "UTC");
  CHECK(etc.find().problem.empty());
  etc.write("timezone", "America/New_York\n");
  CHECK(etc.find().name == "America/New_York");
}

}  // namespace
}  // namespace polyclock::test
