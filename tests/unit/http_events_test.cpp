// Server-sent events without a socket, at instants that the test sets: the right text, once, from when it is true.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "protocol/conversation.hpp"
#include "service/http_service.hpp"
#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/settable_answerer.hpp"

namespace polyclock::test {
namespace {

using protocol::cost;
using protocol::wanted;
using service::http_service;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// One worker's answerer at an instant, and what its subscribers share.
struct event_world : settable_answerer {
  http_service http = make_service("Europe/Berlin");

  http_service make_service(const std::string& zone) {
    return {answerer, {.zone = zone}, nullptr, places};
  }
};

// One connection, whose output stays in memory.
class subscriber {
 public:
  explicit subscriber(event_world& world) : world_(world) {
    talk_.lend(std::make_unique<protocol::conversation_buffers<http_service>>());
  }

  std::string get(const std::string& target, const std::string& version = "1.1") {
    const bytes in = from_text("GET " + target + " HTTP/" + version + "\r\nHost: a\r\n\r\n");
    std::copy(in.begin(), in.end(), talk_.input_space().begin());
    talk_.received(in.size());
    return step();
  }

  // All that is due now.
  std::string step() {
    std::string all;
    wanted next = wanted::room;
    cost cost_max = cost::cached;
    while (next == wanted::room || next == wanted::time) {
      const auto done = talk_.advance(world_.http, cost_max);
      next = done.next;
      cost_max = next == wanted::time ? done.wants : cost::cached;
      wake_after_ = done.wake_after;
      if (done.event_lateness) lateness_ = *done.event_lateness;
      if (!talk_.output_body().empty()) body_ = talk_.output_body().data();
      all += to_text(talk_.output()) + to_text(talk_.output_body());
      talk_.sent(talk_.output().size() + talk_.output_body().size());
    }
    return all;
  }
  std::string end() {
    talk_.finish_input();
    return step();
  }

  [[nodiscard]] bool is_open() const { return talk_.is_open(); }
  [[nodiscard]] std::optional<nanoseconds> wake_after() const { return wake_after_; }
  [[nodiscard]] nanoseconds lateness() const { return lateness_; }
  [[nodiscard]] const std::byte* body() const { return body_; }

 private:
  event_world& world_;
  protocol::conversation<http_service> talk_;
  std::optional<nanoseconds> wake_after_;
  nanoseconds lateness_{0};
  const std::byte* body_ = nullptr;
};

bool has(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

std::string text_of(const std::string& event) {
  const std::string begin = "data: {\"text\":\"";
  const std::size_t from = event.rfind(begin);
  if (from == std::string::npos) return "";
  return event.substr(from + begin.size(), event.find("\",\"what\"", from) - from - begin.size());
}

const std::string minutes = "/v1/events?what=time&zone=UTC&style=short&locale=en-GB";

TEST_CASE("the first event comes at once, the next one when its text begins") {
  event_world world;
  subscriber one(world);
  const std::string begin = one.get(minutes);
  CHECK(has(begin, "HTTP/1.1 200 OK\r\n"));
  CHECK(has(begin, "\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"));
  CHECK(has(begin, "\r\nX-Accel-Buffering: no\r\n"));
  CHECK(has(begin, "\r\nCache-Control: no-cache\r\n"));
  CHECK(has(begin, "\r\n\r\nd\r\nretry: "));
  CHECK(has(begin, "\nid: 1795165507\ndata: {\"text\":\"09:05\","));
  CHECK(begin.ends_with("}\n\n\r\n"));
  CHECK(one.step().empty());
  CHECK(one.wake_after() == milliseconds(14'750) + std::chrono::microseconds(500));
  world.set(fixed_now.seconds + 14);
  CHECK(one.step().empty());
  world.set(1795165560, 2'000'000);
  const std::string next = one.step();
  CHECK(has(next, "\r\nid: 1795165560\ndata: {\"text\":\"09:06\","));
  CHECK(one.lateness() == milliseconds(2));
  CHECK(one.step().empty());
}

TEST_CASE("a chunk is as long as it says, and without chunks there is none") {
  event_world world;
  subscriber chunked(world);
  subscriber plain(world);
  const std::string with = chunked.get(minutes);
  const std::string without = plain.get(minutes, "1.0");
  CHECK(has(without, "\r\nConnection: close\r\n"));
  CHECK_FALSE(has(without, "chunked"));
  const std::string event = without.substr(without.find("id: "));
  const std::size_t line = with.rfind("\r\n", with.find("id: ") - 3) + 2;
  CHECK(std::stoul(with.substr(line), nullptr, 16) == event.size());
  CHECK(with.ends_with("\r\n" + event + "\r\n"));
  CHECK(chunked.end() == "0\r\n\r\n");
  CHECK(plain.end().empty());
  CHECK_FALSE(chunked.is_open());
  CHECK_FALSE(plain.is_open());
}

TEST_CASE("one rendering serves all who watch the same text") {
  event_world world;
  std::vector<std::unique_ptr<subscriber>> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(std::make_unique<subscriber>(world));
    CHECK(text_of(all.back()->get(minutes)) == "09:05");
  }
  world.set(1795165560);
  for (const auto& one : all) {
    CHECK(text_of(one->step()) == "09:06");
    CHECK(one->body() == all.front()->body());
  }
}

TEST_CASE("a connection on which nothing is sent gets a comment") {
  event_world world;
  subscriber one(world);
  one.get("/v1/events?what=date&zone=UTC&style=iso");
  world.set(fixed_now.seconds + 15);
  CHECK(one.step() == "3\r\n:\n\n\r\n");
  CHECK(one.step().empty());
  world.set(fixed_now.seconds - 3600);  // from then on too
  CHECK(one.step().empty());
  world.set(fixed_now.seconds - 3600 + 15);
  CHECK(one.step() == "3\r\n:\n\n\r\n");
}

TEST_CASE("several clocks have numbers, and each its own instants") {
  event_world world;
  subscriber one(world);
  const std::string first =
      one.get("/v1/events?what=time&clock=UTC;en-GB;short&clock=Asia/Tokyo;de;skeleton:Hmmss");
  CHECK(has(first, "event: 1\ndata: {\"text\":\"09:05\""));
  CHECK(has(first, "event: 2\ndata: {\"text\":\"18:05:07\""));
  world.set(fixed_now.seconds + 1);
  const std::string second = one.step();
  CHECK(has(second, "event: 2\ndata: {\"text\":\"18:05:08\""));
  CHECK_FALSE(has(second, "event: 1"));
  world.set(1795165560);
  const std::string minute = one.step();
  CHECK(has(minute, "event: 1\ndata: {\"text\":\"09:06\""));
  CHECK(has(minute, "event: 2\ndata: {\"text\":\"18:06:00\""));
}

TEST_CASE("a late event still says from when its text is true") {
  event_world world;
  subscriber one(world);
  one.get(minutes);
  world.set(1795165560 + 25);
  CHECK(has(one.step(), "id: 1795165560\n"));
  CHECK(one.lateness() == std::chrono::seconds(25));
  world.set(1795165620 + 600 + 25);  // the texts between are left out
  CHECK(has(one.step(), "id: 1795166245\n"));
}

TEST_CASE("a clock that is set, and a change of offset, bring the right text at once") {
  event_world world;
  subscriber one(world);
  one.get("/v1/events?what=time&style=short&locale=de&zone=Europe/Berlin");
  for (const int hours : {1, -1, -24, 0, 5000}) {
    world.set(fixed_now.seconds + hours * 3600);
    CHECK(text_of(one.step()) ==
          text_of(subscriber(world).get("/v1/events?what=time&style=short&locale=de")));
  }
  const std::int64_t change = 1792890000;  // 2026-10-25T01:00Z
  world.set(change - 1);
  CHECK(text_of(one.step()) == "02:59");
  CHECK(one.wake_after() < std::chrono::seconds(2));
  world.set(change);
  const std::string after = one.step();
  CHECK(text_of(after) == "02:00");
  CHECK(has(after, "\"utc_offset\":3600"));
}

TEST_CASE("however the clock jumps, no text is old and none comes twice") {
  event_world world;
  std::mt19937_64 random(std::random_device{}());
  const auto all = zones()->zones();
  constexpr std::int64_t far = 86'400LL * 366 * 310;
  for (int round = 0; round < 60; ++round) {
    const std::string zone(all[random() % all.size()].name());
    const char* const styles[] = {"full", "skeleton:yMMMd", "short", "skeleton:vvvv", "iso"};
    const std::string query = "zone=" + zone + "&style=" + styles[random() % 5] + "&locale=en";
    std::int64_t now = static_cast<std::int64_t>(random() % 4'000'000'000U);
    world.set(now);
    subscriber one(world);
    std::string known = one.get("/v1/events?" + query);
    known = known.substr(known.rfind("data: "));
    for (int jump = 0; jump < 40; ++jump) {
      const std::int64_t steps[] = {1, 60, 3600, 86'400, 86'400 * 40, -3600, -86'400, far, -far};
      now += steps[random() % 9];
      if (std::llabs(now) > 5 * far) now = 0;  // years 1 to 9999
      world.set(now, 5'000'000);
      const std::string sent = one.step();
      CAPTURE(query, now, known, sent);
      subscriber other(world);
      std::string expected = other.get("/v1/text?" + query);
      expected = "data: " + expected.substr(expected.find("\r\n\r\n") + 4) + "\n\n\r\n";
      if (has(sent, "data: ")) {
        CHECK(sent.substr(sent.rfind("data: ")) != known);
        known = sent.substr(sent.rfind("data: "));
      }
      CHECK(known == expected);
    }
  }
}

TEST_CASE("a tz release that changes nothing sends nothing, other defaults do") {
  event_world world;
  subscriber one(world);
  CHECK(text_of(one.get("/v1/events?what=time&style=short&locale=de")) == "10:05");
  world.answerer->adopt(zones());
  CHECK(one.step().empty());
  world.http = world.make_service("Europe/Berlin");
  CHECK(one.step().empty());
  world.http = world.make_service("Asia/Tokyo");
  CHECK(text_of(one.step()) == "18:05");
  world.http = world.make_service("Nowhere/Atall");
  CHECK(one.step() == "0\r\n\r\n");
  CHECK_FALSE(one.is_open());
}

TEST_CASE("subscribers have places, and what they ask for is checked") {
  event_world world;
  world.places->set_max(1);
  {
    subscriber one(world);
    CHECK(has(one.get(minutes), " 200 OK"));
    subscriber two(world);
    CHECK(has(two.get(minutes), " 503 Service Unavailable"));
  }
  subscriber one(world);
  CHECK(has(one.get("/v1/events?zone=Europe/Kiyv"), "\"parameter\":\"zone\""));
  CHECK(has(one.get("/v1/events?clock=UTC&clock=Europe/Kiyv"), "\"parameter\":\"clock\""));
  CHECK(has(one.get("/v1/events?clock=UTC;xx"), "\"parameter\":\"clock\""));
  CHECK(has(one.get("/v1/events?at=1"), " 400 "));
  CHECK(has(one.get("/v1/events?made=up"), " 400 "));
  std::string many = "/v1/events?clock=UTC";
  for (int i = 0; i < 16; ++i) many += "&clock=UTC";
  CHECK(has(one.get(many), "is the 17th"));
  const std::string last = one.get(minutes);
  CAPTURE(last);
  CHECK(has(last, " 200 OK"));
}

TEST_CASE("one network watches no more than its share of different texts") {
  event_world world;
  const auto clocks = std::make_shared<service::event_clocks>();
  std::vector<std::shared_ptr<service::event_clock>> held;
  const std::string_view locale = "en";
  const auto watch = [&](std::size_t number, unsigned char last) {
    const std::string style = "skeleton:" + std::to_string(number);
    const protocol::peer_address peer{{192, 0, 2, last}, 4};
    service::time_query query;
    query.style = style;
    query.locales = {&locale, 1};
    query.zone = "UTC";
    held.push_back(clocks->find_or_add(query, 0, peer));
    return held.back() != nullptr;
  };
  std::size_t count = 0;
  while (watch(count, 1)) ++count;
  CHECK(count == 1024);
  CHECK(watch(0, 1));  // is watched already
  CHECK(watch(count, 2));
  held.clear();
  CHECK(watch(count, 1));
}

}  // namespace
}  // namespace polyclock::test
