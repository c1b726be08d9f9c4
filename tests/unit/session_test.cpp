// The session without a socket: what it does next, its deadlines and its limits, with a clock of the test's own.
#include "net/session/session.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/event_service.hpp"
#include "support/letter_service.hpp"

namespace polyclock::test {
namespace {

using action = net::session_action;
using net::scheduling::first_request_timeout;
using std::chrono::milliseconds;
using std::chrono::seconds;

template <typename Service>
class driven_session {
 public:
  using session_type = net::session<Service>;

  typename session_type::time_point now{seconds(1000)};
  net::limits limits;
  net::counters counts;
  std::chrono::microseconds tick{0};  // that each look at the clock takes
  typename session_type::context context{
      Service(), limits, counts, {}, [this] { return now += tick; }};
  session_type session{context, now};

  action receive(std::string_view text) {
    const bytes in = from_text(text);
    const auto space = session.input_space();
    REQUIRE(in.size() <= space.size());
    std::copy(in.begin(), in.end(), space.begin());
    return session.on_read(in.size(), now);
  }
  // Sends all output, and returns what follows.
  action send_all() {
    action next = action::write;
    while (next == action::write) {
      const std::size_t size = session.output().size() + session.output_body().size();
      REQUIRE(size > 0);
      sent += to_text(session.output()) + to_text(session.output_body());
      next = session.on_written(size, now);
    }
    return next;
  }
  action turn() { return session.on_turn(); }

  std::string sent;
};

using letters = driven_session<letter_service>;

std::string hundred(char c) {
  return std::string(100, c);
}

TEST_CASE("a session reads, writes and reads again") {
  letters one;
  CHECK(one.session.start(one.now) == action::read);
  CHECK(one.receive("=a=") == action::write);
  CHECK(one.send_all() == action::read);
  CHECK(one.receive("b") == action::write);
  CHECK(one.send_all() == action::read);
  CHECK(one.sent == hundred('a') + hundred('b'));
  CHECK(one.counts.requests == 2);
}

TEST_CASE("output that was sent in part is continued") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=a") == action::write);
  CHECK(one.session.on_written(99, one.now) == action::write);
  CHECK(one.session.output().size() == 1);
  CHECK(one.session.on_written(1, one.now) == action::read);
}

TEST_CASE("a step that is not cached waits for its turn, and what is behind it too") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=a=x=b") == action::write);
  CHECK(one.send_all() == action::wait_for_turn);
  CHECK(one.sent == hundred('a'));
  CHECK(one.turn() == action::write);
  CHECK(one.send_all() == action::read);
  CHECK(one.sent == hundred('a') + hundred('x') + hundred('b'));
}

std::string requests_that_fill(const std::span<std::byte> space) {
  std::string requests;
  while (requests.size() + 2 <= space.size()) requests += "=a";
  return requests;
}

TEST_CASE("a peer that fills the buffer waits for a turn before each answer and each read") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  std::size_t size = 0;
  for (std::size_t before = 0; before <= 1000;
       before = size) {  // the small buffer, and then a large one
    const std::string requests = requests_that_fill(one.session.input_space());
    size = requests.size();
    one.sent.clear();
    REQUIRE(one.receive(requests) == action::wait_for_turn);
    CHECK(one.session.cost_wanted() == protocol::cost::cached);
    CHECK(one.session.is_bulk());
    action next = one.turn();
    while (next == action::write) {
      REQUIRE(one.send_all() == action::wait_for_turn);
      next = one.turn();
    }
    CHECK(next == action::read);
    CHECK(one.sent.size() == size / 2 * 100);
  }
  REQUIRE(one.receive("=a") == action::write);
  CHECK(one.send_all() == action::read);
}

// Requests have no end.
struct endless_service {
  struct peer {};
  static constexpr std::size_t request_size_max = 8192;
  static constexpr std::size_t reply_size_max = 100;

  void observe_time() noexcept {}
  protocol::step advance(peer&, const protocol::step_input&, std::span<std::byte>) const noexcept {
    return {};
  }
};

TEST_CASE(
    "the time of a request runs on while its peer, which fills the buffer, waits for a turn") {
  driven_session<endless_service> one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=") == action::read);
  const auto deadline = one.session.deadline();
  one.now += seconds(4);
  REQUIRE(one.receive(std::string(one.session.input_space().size(), '=')) == action::wait_for_turn);
  CHECK(one.session.deadline() == deadline);
  CHECK(one.turn() == action::read);
  CHECK(one.session.deadline() == deadline);
  one.now = deadline;
  CHECK(one.session.on_interrupt(one.now) == action::close);
  CHECK(one.counts.late == 1);
}

TEST_CASE("a turn ends with its time slice") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=x=x=x=x") == action::wait_for_turn);
  one.tick = net::scheduling::time_slice / 2;
  CHECK(one.turn() == action::write);
  CHECK(one.send_all() == action::wait_for_turn);
  CHECK(one.sent == hundred('x') + hundred('x'));
}

TEST_CASE("an idle session ends after the idle timeout, which only replies extend") {
  letters one;
  one.limits.idle_timeout = seconds(10);
  one.limits.request_timeout = seconds(60);
  CHECK(one.session.deadline() == one.now + seconds(60));  // as it was when the session was made
  static_cast<void>(one.session.start(one.now));
  one.now += seconds(5);
  REQUIRE(one.receive("=a") == action::write);
  REQUIRE(one.send_all() == action::read);
  CHECK(one.session.deadline() == one.now + seconds(10));
  one.now += seconds(9);
  CHECK(one.session.on_interrupt(one.now) == action::read);
  one.now += seconds(1);
  CHECK(one.session.on_interrupt(one.now) == action::close);
  CHECK(one.counts.late == 0);
}

TEST_CASE("a request has its time from the first byte, a reply until it is taken") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=") == action::read);
  CHECK(one.session.deadline() == one.now + seconds(5));
  one.now += seconds(4);
  REQUIRE(one.receive("a=") == action::write);
  CHECK(one.session.deadline() == one.now + seconds(5));
  one.now += seconds(4);
  CHECK(one.session.on_written(50, one.now) == action::write);
  CHECK(one.session.deadline() == one.now + seconds(1));
  one.now = one.session.deadline();
  CHECK(one.session.on_interrupt(one.now) == action::close);
  CHECK(one.counts.late == 1);
}

TEST_CASE("waiting for a turn has a limit, which is not the client's fault") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=x") == action::wait_for_turn);
  CHECK(one.session.deadline() == one.now + seconds(5));
  one.now = one.session.deadline();
  CHECK(one.session.on_interrupt(one.now) == action::close);
  CHECK(one.counts.late == 0);
}

TEST_CASE("after the last reply the session reads on for a moment, so that nothing is reset") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("!more and more") == action::write);
  CHECK(one.send_all() == action::finish);
  CHECK(one.session.deadline() == one.now + net::scheduling::linger_timeout);
  CHECK(one.receive("garbage") == action::read);
  CHECK(one.session.on_input_end(one.now) == action::close);
}

TEST_CASE("a peer that never stops sending is not read for ever") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("!") == action::write);
  REQUIRE(one.send_all() == action::finish);
  std::size_t read = 0;
  while (one.session.on_read(one.session.input_space().size(), one.now) == action::read) {
    read += one.session.input_space().size();
    REQUIRE(read <= net::scheduling::linger_size_max);
  }
}

TEST_CASE("the end of input ends a session once all is answered") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=a=") == action::write);
  REQUIRE(one.send_all() == action::read);
  CHECK(one.session.on_input_end(one.now) == action::close);
}

TEST_CASE("a drained session ends when it has answered what has arrived") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  REQUIRE(one.receive("=") == action::read);
  one.session.drain();
  CHECK(one.session.on_interrupt(one.now) == action::read);  // a request is half here
  REQUIRE(one.receive("a") == action::write);
  REQUIRE(one.send_all() == action::look_for_input);
  CHECK(one.session.on_look(true, one.now) == action::read);
  REQUIRE(one.receive("=b") == action::write);
  REQUIRE(one.send_all() == action::look_for_input);
  CHECK(one.session.on_look(false, one.now) == action::finish);
}

TEST_CASE("a drained session that was never asked gets a moment for its first request") {
  letters one;
  one.session.drain();
  CHECK(one.session.start(one.now) == action::read);
  CHECK(one.session.deadline() == one.now + first_request_timeout);
  one.now += first_request_timeout;
  CHECK(one.session.on_interrupt(one.now) == action::close);
}

TEST_CASE("a session has buffers only while it has long output") {
  letters one;
  static_cast<void>(one.session.start(one.now));
  CHECK(one.context.pool.lent() == 0);
  REQUIRE(one.receive("=") == action::read);
  CHECK(one.context.pool.lent() == 0);
  REQUIRE(one.receive("a") == action::write);
  CHECK(one.context.pool.lent() == 0);
  REQUIRE(one.send_all() == action::read);
  REQUIRE(one.receive("=b=c=d") == action::write);
  CHECK(one.context.pool.lent() == 1);
  REQUIRE(one.send_all() == action::read);
  CHECK(one.context.pool.lent() == 0);
}

// Sends a line each 10 ms, and answers `?` in between.
struct ticking_service {
  struct peer {
    int sent = 0;
  };
  static constexpr std::size_t request_size_max = 1;
  static constexpr std::size_t reply_size_max = 8;
  static void observe_time() noexcept {}
  static protocol::step advance(peer& of, const protocol::step_input& in,
                                std::span<std::byte> out) noexcept {
    out[0] = in.bytes.empty() ? static_cast<std::byte>('0' + of.sent++) : in.bytes[0];
    return {.consumed = in.bytes.empty() ? 0U : 1U, .produced = 1, .wake_after = milliseconds(10)};
  }
};

TEST_CASE("a service is woken at the time that it named, and answers in between") {
  driven_session<ticking_service> one;
  REQUIRE(one.session.start(one.now) == action::write);
  REQUIRE(one.send_all() == action::read);
  CHECK(one.session.deadline() == one.now + milliseconds(10));
  one.now += milliseconds(10);
  REQUIRE(one.session.on_interrupt(one.now) == action::write);
  REQUIRE(one.send_all() == action::read);
  REQUIRE(one.receive("?") == action::write);
  REQUIRE(one.send_all() == action::read);
  CHECK(one.sent == "01?");
}

using subscriber = driven_session<event_service>;

// Has a subscriber, and no event yet.
void subscribe(subscriber& one) {
  REQUIRE(one.session.start(one.now) == action::read);
  REQUIRE(one.receive("s") == action::write);
  REQUIRE(one.send_all() == action::read);
  CHECK(one.counts.subscribers == 1);
}

TEST_CASE("a subscriber may be idle for ever, and its events are counted") {
  subscriber one;
  subscribe(one);
  while (one.counts.events.late[1] < event_service::events) {
    one.now = one.session.deadline();
    action next = one.session.on_interrupt(one.now);
    if (next == action::wait_for_turn) next = one.turn();
    REQUIRE(next == action::write);
    REQUIRE(one.send_all() == action::read);
  }
  CHECK(one.session.deadline() == one.now + std::chrono::hours(1));
  CHECK(one.counts.requests == 1);
  CHECK(one.counts.events.lateness == milliseconds(15));
}

TEST_CASE("a drain ends a subscription as the end of its input does") {
  for (const bool is_drain : {true, false}) {
    subscriber one;
    subscribe(one);
    if (is_drain) one.session.drain();
    const action next =
        is_drain ? one.session.on_interrupt(one.now) : one.session.on_input_end(one.now);
    REQUIRE(next == action::write);
    CHECK(one.send_all() == action::close);
    CHECK(one.sent.ends_with("z"));
  }
}

TEST_CASE("a subscriber is woken at once when its texts may have changed") {
  subscriber one;
  subscribe(one);
  for (int i = 0; i < event_service::events; ++i) {
    one.now += milliseconds(1);
    if (one.session.on_interrupt(one.now) == action::wait_for_turn) one.turn();
    one.send_all();
  }
  one.session.wake(one.now);
  CHECK(one.session.deadline() == one.now);
  CHECK(one.session.on_interrupt(one.now) == action::read);
}

TEST_CASE("what comes while an event is pushed is answered behind it") {
  subscriber one;
  subscribe(one);
  one.now += milliseconds(1);
  REQUIRE(one.session.can_push(one.now));
  REQUIRE(one.session.push(one.now) == action::write);
  one.session.input_space()[0] = std::byte{'?'};
  one.session.end_push(1, false);
  REQUIRE(one.send_all() == action::read);
  CHECK(one.sent == hundred('s') + hundred('a') + hundred('?'));
}

}  // namespace
}  // namespace polyclock::test
