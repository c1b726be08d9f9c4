#include "protocol/conversation.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "support/letter_service.hpp"

namespace polyclock::test {
namespace {

using protocol::conversation;
using protocol::cost;
using protocol::step;
using protocol::step_input;
using protocol::wanted;

template <typename Service>
void lend_buffers(conversation<Service>& talk) {
  talk.lend(std::make_unique<protocol::conversation_buffers<Service>>());
}

void receive(conversation<letter_service>& talk, std::string_view text) {
  const bytes in = from_text(text);
  std::copy(in.begin(), in.end(), talk.input_space().begin());
  talk.received(in.size());
}

// Feeds the input in pieces of the given size and collects all output.
template <typename Service>
std::string converse(Service service, std::string_view input, std::size_t piece,
                     bool finish = false) {
  const auto talk = std::make_unique<conversation<Service>>();
  lend_buffers(*talk);
  bytes rest = from_text(input);
  std::string output;
  while (talk->is_open()) {
    static_cast<void>(talk->advance(service, cost::loaded));
    if (!talk->output().empty()) {
      output += to_text(talk->output());
      talk->sent(talk->output().size());
      continue;
    }
    if (rest.empty() && (!finish || !talk->is_open())) break;
    const auto space = talk->input_space();
    REQUIRE(!space.empty());
    const std::size_t size = std::min({space.size(), piece, rest.size()});
    std::copy_n(rest.begin(), size, space.begin());
    talk->received(size);
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    if (rest.empty() && finish) talk->finish_input();
  }
  return output + (talk->is_open() ? "+" : "-");
}

std::string hundred(char c) {
  return std::string(100, c);
}

TEST_CASE("requests are answered in order, however they are split") {
  std::string input;
  std::string expected;
  for (char c = 'a'; c < 'z'; ++c) {
    input += {'=', c};
    expected += hundred(c);
    if (c == 'r') expected += hundred(c);
  }
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    CHECK(converse(letter_service(), input, piece) == expected + "+");
  }
}

TEST_CASE("what cannot be decoded is answered once and ends the conversation") {
  CHECK(converse(letter_service(), "=a!=b", 5) == hundred('a') + hundred('!') + "-");
}

TEST_CASE("a service may end the conversation with its reply") {
  CHECK(converse(letter_service(), "=a=z=b", 6) == hundred('a') + hundred('z') + "-");
}

TEST_CASE("after the peer's last byte every whole request is answered, then it ends") {
  CHECK(converse(letter_service(), "=a=b=", 5, true) == hundred('a') + hundred('b') + "-");
  CHECK(converse(letter_service(), "=a", 1, true) == hundred('a') + "-");
  CHECK(converse(letter_service(), "", 1, true) == "-");
}

TEST_CASE("a whole buffer of requests never overflows the output") {
  letter_service service;
  conversation<letter_service> talk;
  lend_buffers(talk);
  const bytes request = from_text("=q");
  for (int round = 0; round < 1000; ++round) {
    auto space = talk.input_space();
    while (space.size() >= request.size()) {
      std::copy(request.begin(), request.end(), space.begin());
      talk.received(request.size());
      space = talk.input_space();
    }
    static_cast<void>(talk.advance(service, cost::loaded));
    REQUIRE(talk.output().size() % 100 == 0);
    REQUIRE(talk.output().size() <= sizeof(conversation<letter_service>::buffers::output));
    talk.sent(talk.output().size());
  }
}

TEST_CASE("a partial request outlives the buffers that it came into") {
  letter_service service;
  conversation<letter_service> talk;
  receive(talk, "=");
  lend_buffers(talk);
  CHECK(talk.advance(service, cost::loaded).replies == 0);
  talk.use_large_input();
  REQUIRE(talk.return_buffers());
  CHECK_FALSE(talk.has_buffers());
  CHECK(talk.has_partial_request());
  receive(talk, "q=");
  lend_buffers(talk);
  CHECK(talk.advance(service, cost::loaded).replies == 1);
  CHECK(to_text(talk.output()) == hundred('q'));
  talk.sent(talk.output().size());
  REQUIRE(talk.return_buffers());
  talk.drop_input();
  receive(talk, "=r");
  lend_buffers(talk);
  CHECK(talk.advance(service, cost::loaded).replies == 1);
  CHECK(to_text(talk.output()) == hundred('r') + hundred('r'));
}

TEST_CASE("a short reply waits without lent buffers") {
  letter_service service;
  conversation<letter_service> talk;
  for (const char c : {'a', 'b'}) {
    receive(talk, std::string("=") + c);
    lend_buffers(talk);
    CHECK(talk.advance(service, cost::loaded).replies == 1);
    REQUIRE(talk.can_return_buffers());
    REQUIRE(talk.return_buffers());
    CHECK(to_text(talk.output()) == hundred(c));
    talk.sent(99);
    lend_buffers(talk);
    CHECK(to_text(talk.output()) == std::string(1, c));
    REQUIRE(talk.return_buffers());
    CHECK(to_text(talk.output()) == std::string(1, c));
    talk.sent(1);
    CHECK_FALSE(talk.has_output());
  }
  receive(talk, "=c=");
  lend_buffers(talk);
  CHECK(talk.advance(service, cost::loaded).replies == 1);
  CHECK_FALSE(talk.can_return_buffers());  // half a request waits where the reply would go
  talk.sent(100);
  REQUIRE(talk.can_return_buffers());
}

// One request of 300 bytes.
struct long_service {
  struct peer {};
  static constexpr std::size_t request_size_max = 300;
  static constexpr std::size_t reply_size_max = 300;
  static void observe_time() noexcept {}
  static step advance(peer&, const step_input& in, std::span<std::byte> out) noexcept {
    if (in.bytes.size() < 300) return {};
    std::copy_n(in.bytes.begin(), 300, out.begin());
    return {.consumed = 300, .produced = 300};
  }
};

TEST_CASE("a large request arrives byte by byte without lent buffers") {
  bytes whole;
  for (int i = 0; i < 300; ++i) whole.push_back(static_cast<std::byte>(i % 251));
  const auto talk = std::make_unique<conversation<long_service>>();
  long_service service;
  for (int round = 0; round < 3; ++round) {
    for (const std::byte one : whole) {
      REQUIRE_FALSE(talk->input_space().empty());
      talk->input_space()[0] = one;
      talk->received(1);
      lend_buffers(*talk);
      static_cast<void>(talk->advance(service, cost::loaded));
      if (talk->has_output()) {
        CHECK(bytes(talk->output().begin(), talk->output().end()) == whole);
        talk->sent(300);
      }
      REQUIRE(talk->return_buffers());
    }
    CHECK_FALSE(talk->has_partial_request());
  }
}

TEST_CASE("requests that are answered together have one time") {
  letter_service service;
  conversation<letter_service> talk;
  lend_buffers(talk);
  receive(talk, "=a=b=c");
  CHECK(talk.advance(service, cost::loaded).replies == 3);
  CHECK(service.observed == 1);
}

TEST_CASE("a step that was rendered is the last one of its call") {
  letter_service service;
  conversation<letter_service> talk;
  lend_buffers(talk);
  receive(talk, "=a=x=b=c");
  const auto first_part = talk.advance(service, cost::loaded);
  CHECK(first_part.replies == 2);
  CHECK(first_part.took == cost::rendered);
  CHECK(first_part.next == wanted::time);
  const auto rest = talk.advance(service, cost::loaded);
  CHECK(rest.replies == 2);
  CHECK(rest.took == cost::cached);
  CHECK(rest.next == wanted::input);
  CHECK(to_text(talk.output()) == hundred('a') + hundred('x') + hundred('b') + hundred('c'));
}

TEST_CASE("a step that would cost more than it may does nothing and wants time") {
  letter_service service;
  conversation<letter_service> talk;
  lend_buffers(talk);
  receive(talk, "=a=x=b");
  const auto before = talk.advance(service, cost::cached);
  CHECK(before.replies == 1);
  CHECK(before.next == wanted::time);
  CHECK(before.took == cost::cached);
  CHECK(talk.advance(service, cost::cached).replies == 0);
  CHECK(talk.advance(service, cost::loaded).replies == 1);
  CHECK(talk.advance(service, cost::cached).replies == 1);
  CHECK(to_text(talk.output()) == hundred('a') + hundred('x') + hundred('b'));
}

// Sends a line as soon as the peer connects, and that is all.
struct server_first {
  struct peer {};
  static constexpr std::size_t request_size_max = 0;
  static constexpr std::size_t reply_size_max = 2;

  static void observe_time() noexcept {}

  static step advance(peer&, const step_input&, std::span<std::byte> out) noexcept {
    out[0] = std::byte{'h'};
    out[1] = std::byte{'i'};
    return {.produced = 2, .next = wanted::end};
  }
};

TEST_CASE("a protocol without requests answers at once and ends") {
  CHECK(converse(server_first(), "", 1) == "hi-");
}

// Sends a shared body after each request of one byte, with its length in front.
struct body_service {
  struct peer {};
  static constexpr std::size_t request_size_max = 1;
  static constexpr std::size_t reply_size_max = 2;
  static void observe_time() noexcept {}
  step advance(peer&, const step_input& in, std::span<std::byte> out) const noexcept {
    if (in.bytes.empty()) return {};
    out[0] = std::byte{'5'};
    return {.consumed = 1, .produced = 1, .body = body};
  }
  bytes body = from_text("12345");
};

TEST_CASE("a shared body is sent after its head, and before the next reply") {
  const body_service service;
  conversation<body_service> talk;
  body_service used = service;
  lend_buffers(talk);
  talk.input_space()[0] = talk.input_space()[1] = std::byte{'?'};
  talk.received(2);
  std::string sent;
  while (talk.has_partial_request() || talk.has_output()) {
    if (!talk.has_output()) static_cast<void>(talk.advance(used, cost::loaded));
    const auto next = talk.output().empty() ? talk.output_body() : talk.output();
    sent += to_text(next.first(1));
    talk.sent(1);
  }
  CHECK(sent == "512345512345");
}

}  // namespace
}  // namespace polyclock::test
