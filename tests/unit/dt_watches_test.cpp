// Watches of the DT protocol without a socket, at instants that the test sets.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "protocol/conversation.hpp"
#include "protocol/dt_reply.hpp"
#include "service/dt_service.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/encoded.hpp"
#include "support/settable_answerer.hpp"

namespace polyclock::test {
namespace {

using protocol::cost;
using protocol::wanted;
using service::dt_service;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

struct pushed {
  std::uint32_t id = 0;
  std::string text;
  std::string error;
  std::int64_t instant = 0;
};

struct watch_world : settable_answerer {
  dt_service service{answerer, {}, protocol::dt_magic, nullptr, places};
};

class watching_client {
 public:
  explicit watching_client(watch_world& world) : world_(world) {
    talk_.lend(std::make_unique<protocol::conversation_buffers<dt_service>>());
  }

  template <typename Packet>
  std::vector<pushed> send(const Packet& packet) {
    const bytes in = encoded(packet);
    std::copy(in.begin(), in.end(), talk_.input_space().begin());
    talk_.received(in.size());
    return step();
  }
  std::vector<pushed> watch(std::uint32_t id, std::string_view style, std::string_view zone = "UTC",
                            std::string_view locale = "en-GB") {
    return send(protocol::watch_request{query_for(id, style, zone, locale)});
  }
  std::vector<pushed> ask(std::uint32_t id, std::string_view style, std::string_view zone = "UTC",
                          std::string_view locale = "en-GB") {
    return send(query_for(id, style, zone, locale));
  }

  // What is due now.
  std::vector<pushed> step() {
    bytes all;
    wanted next = wanted::room;
    cost cost_max = cost::cached;
    while (next == wanted::room || next == wanted::time) {
      const auto done = talk_.advance(world_.service, cost_max);
      next = done.next;
      cost_max = next == wanted::time ? done.wants : cost::cached;
      wake_after_ = done.wake_after;
      if (done.event_lateness) lateness_ = *done.event_lateness;
      const auto output = talk_.output();
      all.insert(all.end(), output.begin(), output.end());
      talk_.sent(output.size());
    }
    return read(all);
  }
  std::vector<pushed> end() {
    talk_.finish_input();
    return step();
  }

  [[nodiscard]] bool is_open() const { return talk_.is_open(); }
  [[nodiscard]] std::optional<nanoseconds> wake_after() const { return wake_after_; }
  [[nodiscard]] nanoseconds lateness() const { return lateness_; }

 private:
  static protocol::query query_for(std::uint32_t id, std::string_view style, std::string_view zone,
                                   std::string_view locale) {
    protocol::query asked;
    asked.id = id;
    asked.what = protocol::subject::time;
    asked.style = style;
    asked.zone = zone;
    asked.locales[0] = locale;
    asked.locale_count = 1;
    return asked;
  }

  static std::vector<pushed> read(std::span<const std::byte> all) {
    std::vector<pushed> found;
    while (!all.empty()) {
      protocol::dt_reply reply;
      const auto decoded = protocol::decode_dt_reply(all, reply);
      REQUIRE(decoded.status == protocol::decode_status::complete);
      all = all.subspan(decoded.size);
      if (const auto* error = std::get_if<protocol::error>(&reply)) {
        found.push_back({error->id, "", std::string(name_of(error->code)), 0});
      } else {
        const auto& answer = std::get<protocol::answer>(reply);
        found.push_back({answer.id, std::string(answer.text), "", answer.instant.seconds});
      }
    }
    return found;
  }

  watch_world& world_;
  protocol::conversation<dt_service> talk_;
  std::optional<nanoseconds> wake_after_;
  nanoseconds lateness_{0};
};

std::string texts_of(const std::vector<pushed>& all) {
  std::string texts;
  for (const pushed& one : all) {
    texts += std::to_string(one.id) + " " + (one.error.empty() ? one.text : one.error) + "\n";
  }
  return texts;
}

constexpr std::int64_t minute_end = 1795165560;

TEST_CASE("a watch is answered at once, and again when its text changes") {
  watch_world world;
  watching_client one(world);
  CHECK(texts_of(one.watch(7, "short")) == "7 09:05\n");
  CHECK(one.wake_after() == milliseconds(52'750) + std::chrono::microseconds(500));
  CHECK(one.step().empty());
  world.set(minute_end, 3'000'000);
  CHECK(texts_of(one.step()) == "7 09:06\n");
  CHECK(one.lateness() == milliseconds(3));
  CHECK(one.step().empty());
  CHECK(one.send(protocol::unwatch_request{7}).empty());
  CHECK_FALSE(one.wake_after());
  world.set(minute_end + 60);
  CHECK(one.step().empty());
}

TEST_CASE("other requests go on beside watches") {
  watch_world world;
  watching_client one(world);
  one.watch(1, "short");
  CHECK(texts_of(one.watch(2, "short", "Asia/Tokyo", "de")) == "2 18:05\n");
  CHECK(texts_of(one.ask(3, "short", "Pacific/Auckland")) == "3 22:05\n");
  CHECK(one.wake_after());
  world.set(minute_end);
  CHECK(texts_of(one.ask(4, "short")) == "1 09:06\n2 18:06\n4 09:06\n");
  CHECK(texts_of(one.watch(1, "iso")) == "1 09:06:00Z\n");  // in the place of the other
  world.set(minute_end + 1);
  CHECK(texts_of(one.step()) == "1 09:06:01Z\n");
}

TEST_CASE("watches have places, an error is no watch, and the end of input ends all") {
  watch_world world;
  watching_client one(world);
  CHECK(texts_of(one.watch(1, "short", "Mars/Base")) == "1 unknown_zone\n");
  CHECK_FALSE(one.wake_after());
  for (std::uint32_t id = 1; id <= 16; ++id) CHECK(one.watch(id, "short").size() == 1);
  CHECK(texts_of(one.watch(17, "short")) == "17 busy\n");
  CHECK(texts_of(one.watch(16, "short", "Mars/Base")) == "16 unknown_zone\n");
  CHECK(texts_of(one.watch(17, "short")) == "17 09:05\n");
  world.places->set_max(1);
  watching_client two(world);
  CHECK(texts_of(two.watch(1, "short")) == "1 busy\n");
  CHECK(one.end().empty());
  CHECK_FALSE(one.is_open());
}

TEST_CASE("a place is free again when its last watch has ended") {
  watch_world world;
  world.places->set_max(1);
  watching_client one(world);
  watching_client two(world);
  one.watch(1, "short");
  CHECK(texts_of(two.watch(1, "short")) == "1 busy\n");
  one.send(protocol::unwatch_request{1});
  CHECK(texts_of(two.watch(1, "short")) == "1 09:05\n");
}

TEST_CASE("however the clock jumps, a watch is right and says nothing twice") {
  watch_world world;
  std::mt19937_64 random(std::random_device{}());
  const auto all = zones()->zones();
  constexpr std::int64_t far = 86'400LL * 366 * 310;
  for (int round = 0; round < 60; ++round) {
    const std::string zone(all[random() % all.size()].name());
    const char* const styles[] = {"full", "skeleton:yMMMd", "short", "skeleton:vvvv", "iso"};
    const std::string style = styles[random() % 5];
    std::int64_t now = static_cast<std::int64_t>(random() % 4'000'000'000U);
    world.set(now);
    watching_client one(world);
    std::string known = one.watch(1, style, zone, "en").at(0).text;
    for (int jump = 0; jump < 40; ++jump) {
      const std::int64_t steps[] = {1, 60, 3600, 86'400, 86'400 * 40, -3600, -86'400, far, -far};
      now += steps[random() % 9];
      if (std::llabs(now) > 5 * far) now = 0;  // years 1 to 9999
      world.set(now, 5'000'000);
      const auto sent = one.step();
      if (!sent.empty()) known = sent.back().text;
      CAPTURE(style, zone, now, known);
      CHECK(sent.size() <= 1);
      CHECK(known == one.ask(2, style, zone, "en").at(0).text);
    }
  }
}

TEST_CASE("a zone that has gone ends its watch with an error") {
  watch_world world;
  watching_client one(world);
  one.watch(1, "short", "Asia/Tokyo");
  one.watch(2, "short");
  world.answerer->adopt(std::make_shared<const clock::zone_database>(
      clock::zone_database::load("/var/empty/no-such-folder")));
  CHECK(texts_of(one.step()) == "1 unknown_zone\n");
  world.set(minute_end);
  CHECK(texts_of(one.step()) == "2 09:06\n");
}

}  // namespace
}  // namespace polyclock::test
