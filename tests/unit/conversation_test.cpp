#include "protocol/conversation.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include "support/bytes.hpp"
#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using protocol::conversation;
using protocol::decode_status;
using protocol::next_step;

// Requests are `=` and a letter; the reply is the letter, as often as `reply_size_max` allows. A
// `!` is malformed, `=z` ends the conversation, `=x` takes an effort.
struct letter_service {
  using request = char;
  static constexpr std::size_t request_size_max = 2;
  static constexpr std::size_t reply_size_max = 100;

  void observe_time() noexcept { ++observed; }

  protocol::decoded decode(std::span<const std::byte> in, char& asked) const noexcept {
    if (!in.empty() && in[0] != std::byte{'='}) {
      asked = '!';
      return {decode_status::malformed, 0};
    }
    if (in.size() < 2) return {decode_status::need_more, 0};
    asked = static_cast<char>(in[1]);
    return {decode_status::complete, 2};
  }

  protocol::replied reply(const char& asked, std::span<std::byte> out) noexcept {
    std::fill_n(out.begin(), reply_size_max, static_cast<std::byte>(asked));
    return {reply_size_max, asked == 'z' ? next_step::close : next_step::keep_open,
            asked == 'x' ? protocol::effort::writing : protocol::effort::none};
  }

  int observed = 0;
};

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
    static_cast<void>(talk->answer(service));
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
    static_cast<void>(talk.answer(service));
    REQUIRE(talk.output().size() % 100 == 0);
    REQUIRE(talk.output().size() <= 500);
    talk.sent(talk.output().size());
  }
}

TEST_CASE("a request that has begun outlives the buffers that it came into") {
  letter_service service;
  conversation<letter_service> talk;
  lend_buffers(talk);
  receive(talk, "=");
  CHECK(talk.answer(service).count == 0);
  REQUIRE(talk.give_back());
  CHECK_FALSE(talk.has_buffers());
  CHECK(talk.has_partial_request());
  lend_buffers(talk);
  receive(talk, "q=");
  CHECK(talk.answer(service).count == 1);
  CHECK(to_text(talk.output()) == hundred('q'));
  talk.sent(talk.output().size());
  REQUIRE(talk.give_back());
  talk.drop_input();
  lend_buffers(talk);
  receive(talk, "=r");
  CHECK(talk.answer(service).count == 1);
  CHECK(to_text(talk.output()) == hundred('r'));
}

TEST_CASE("requests that are answered together have one time") {
  letter_service service;
  conversation<letter_service> talk;
  lend_buffers(talk);
  receive(talk, "=a=b=c");
  CHECK(talk.answer(service).count == 3);
  CHECK(service.observed == 1);
}

TEST_CASE("an answer that took an effort is the last one of its call") {
  letter_service service;
  conversation<letter_service> talk;
  lend_buffers(talk);
  receive(talk, "=a=x=b=c");
  const auto first_part = talk.answer(service);
  CHECK(first_part.count == 2);
  CHECK(first_part.took == protocol::effort::writing);
  const auto rest = talk.answer(service);
  CHECK(rest.count == 2);
  CHECK(rest.took == protocol::effort::none);
  CHECK(to_text(talk.output()) == hundred('a') + hundred('x') + hundred('b') + hundred('c'));
}

// Sends a line as soon as it is asked anything, and that is all.
struct greeting_service {
  struct request {};
  static constexpr std::size_t request_size_max = 0;
  static constexpr std::size_t reply_size_max = 2;

  static void observe_time() noexcept {}

  protocol::decoded decode(std::span<const std::byte>, request&) const noexcept {
    return {decode_status::complete, 0};
  }
  protocol::replied reply(const request&, std::span<std::byte> out) noexcept {
    out[0] = std::byte{'h'};
    out[1] = std::byte{'i'};
    return {2, next_step::close};
  }
};

TEST_CASE("a protocol without requests answers at once and closes") {
  CHECK(converse(greeting_service(), "", 1) == "hi-");
}

}  // namespace
}  // namespace polyclock::test
