// The tz database changes under the running daemon: at once on SIGHUP, by itself after a while, and no
// answer is ever made of two releases.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "support/catch.hpp"
#include "support/dt_client.hpp"
#include "support/encoded.hpp"
#include "support/process.hpp"
#include "support/running_server.hpp"
#include "support/temporary_directory.hpp"

namespace polyclock::test {
namespace {

namespace fs = std::filesystem;

// Two releases side by side and a link to one of them; in the second Berlin keeps Tokyo's time.
class two_releases {
 public:
  two_releases() {
    make("first", "2099a", "Europe/Berlin");
    make("second", "2099b", "Asia/Tokyo");
    point_to("first");
  }

  [[nodiscard]] std::string link() const { return directory_.path() / "zoneinfo"; }

  void point_to(const std::string& release) const {
    const fs::path fresh = directory_.path() / "fresh";
    fs::create_symlink(release, fresh);
    fs::rename(fresh, link());
  }

 private:
  void make(const std::string& release, const std::string& version,
            const std::string& berlin) const {
    const fs::path root = directory_.path() / release;
    fs::create_directories(root / "Europe");
    fs::copy_file(clock::default_zoneinfo() / berlin, root / "Europe/Berlin");
    std::ofstream(root / "tzdata.zi") << "# version " << version << "\n";
  }

  temporary_directory directory_;
};

bytes berlin_query(std::uint32_t id) {
  protocol::query query;
  query.id = id;
  query.style = "iso";
  query.zone = "Europe/Berlin";
  query.instant = {1767225600, 0};  // 2026-01-01
  return encoded(query);
}

// "2099a" or "2099b" where the answer is wholly of that release, else what is wrong.
std::string release_of(const bytes& packet) {
  protocol::dt_reply reply;
  if (decode_dt_reply(packet, reply).status != protocol::decode_status::complete) return "no reply";
  const auto* const answer = std::get_if<protocol::answer>(&reply);
  if (answer == nullptr) return "an error";
  const bool is_first = answer->offset.seconds == 3600 && answer->text.ends_with("+01:00");
  const bool is_second = answer->offset.seconds == 9 * 3600 && answer->text.ends_with("+09:00");
  if (is_first && answer->tz_version == "2099a") return "2099a";
  if (is_second && answer->tz_version == "2099b") return "2099b";
  return "of two releases";
}

std::string ask_release(client_socket& socket) {
  socket.send(berlin_query(1));
  return release_of(receive_reply(socket));
}

TEST_CASE("under load every answer is from one release only") {
  const two_releases releases;
  daemon_process daemon({"--zoneinfo", releases.link(), "--threads", "2"});
  client_socket socket(daemon.endpoint());
  int seen_first = 0;
  int seen_second = 0;
  for (int swap = 0; swap < 10; ++swap) {
    releases.point_to(swap % 2 == 0 ? "second" : "first");
    daemon.signal(SIGHUP);
    const std::string wanted = swap % 2 == 0 ? "2099b" : "2099a";
    REQUIRE(eventually([&] {
      for (std::uint32_t i = 0; i < 100; ++i) socket.send(berlin_query(i));
      std::string release;
      for (int i = 0; i < 100; ++i) {
        release = release_of(receive_reply(socket));
        if (release != "2099a" && release != "2099b") FAIL(release);
        ++(release == "2099a" ? seen_first : seen_second);
      }
      return release == wanted;
    }));
  }
  CHECK(seen_first > 0);
  CHECK(seen_second > 0);
}

TEST_CASE("a new release on disk is detected without a signal") {
  const two_releases releases;
  daemon_process daemon({"--zoneinfo", releases.link()});
  client_socket socket(daemon.endpoint());
  CHECK(ask_release(socket) == "2099a");
  releases.point_to("second");
  const auto start = std::chrono::steady_clock::now();
  CHECK(eventually([&] { return ask_release(socket) == "2099b"; }));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("a new release in the default place is detected after a reload too") {
  const two_releases releases;
  daemon_process daemon({}, {"TZDIR=" + releases.link()});
  client_socket socket(daemon.endpoint());
  CHECK(run({polyclockd_path(), "--reload", std::to_string(daemon.pid())}).status == 0);
  CHECK(ask_release(socket) == "2099a");
  releases.point_to("second");
  CHECK(eventually([&] { return ask_release(socket) == "2099b"; }));
}

TEST_CASE("a deleted database changes nothing") {
  const two_releases releases;
  daemon_process daemon({"--zoneinfo", releases.link()});
  client_socket socket(daemon.endpoint());
  fs::remove(releases.link());
  daemon.signal(SIGHUP);
  CHECK(eventually([&] {
    daemon.read_more();
    return daemon.errors().find("keeping the old tz database") != std::string::npos;
  }));
  CHECK(ask_release(socket) == "2099a");
}

TEST_CASE("a reload without any zone fails with the reason") {
  const two_releases releases;
  daemon_process daemon({"--zoneinfo", releases.link(), "--zone", "UTC"});
  client_socket socket(daemon.endpoint());
  const temporary_directory empty;
  fs::remove(releases.link());
  fs::create_directory_symlink(empty.path(), releases.link());
  const finished result = run({polyclockd_path(), "--reload", std::to_string(daemon.pid())});
  CHECK(result.status == 1);
  CHECK(result.errors.ends_with(releases.link() + ": no time zones found\n"));
  CHECK(ask_release(socket) == "2099a");
}

}  // namespace
}  // namespace polyclock::test
