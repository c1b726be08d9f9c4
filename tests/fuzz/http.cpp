// HTTP requests, split at arbitrary places: what comes out does not depend on the splits, and is responses alone, each
// as long as its head says.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"
#include "service/http_service.hpp"
#include "support/fixed_answerer.hpp"

namespace {

using namespace polyclock;
using talk_type = protocol::conversation<service::http_service>;

// All that a step brings, and those that follow it without input.
void take_output(talk_type& talk, service::http_service& service, std::string& out) {
  auto next = protocol::wanted::room;
  while (next == protocol::wanted::room || next == protocol::wanted::time) {
    next = talk.advance(service, protocol::cost::loaded).next;
    for (const auto part : {talk.output(), talk.output_body()}) {
      out.append(reinterpret_cast<const char*>(part.data()), part.size());
    }
    talk.sent(talk.output().size() + talk.output_body().size());
  }
}

// The conversation's output where the peer sends `piece` bytes at a time.
std::string converse(std::span<const std::byte> in, std::size_t piece) {
  static const auto answerer = test::fixed_answerer();
  service::http_service service(answerer, {}, std::make_shared<service::statistics>());
  const auto talk = std::make_unique<talk_type>(protocol::peer_address{{127, 0, 0, 1}, 4});
  talk->lend(std::make_unique<protocol::conversation_buffers<service::http_service>>());
  talk->use_large_input();
  std::string out;
  while (talk->is_open()) {
    take_output(*talk, service, out);
    const auto space = talk->input_space();
    if (space.empty()) std::abort();
    const std::size_t size = std::min({space.size(), piece, in.size()});
    std::copy_n(in.begin(), size, space.begin());
    in = in.subspan(size);
    size > 0 ? talk->received(size) : talk->finish_input();
  }
  return out;
}

// Removes a stream of events from the front, which is the last response.
void take_stream(std::string_view& rest, bool has_chunks) {
  while (has_chunks && !rest.empty()) {
    std::size_t size = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), size, 16);
    rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
    if (!rest.starts_with("\r\n") || size + 4 > rest.size()) std::abort();
    if (rest.substr(size + 2, 2) != "\r\n" || (size == 0 && rest.size() > 4)) std::abort();
    rest.remove_prefix(size + 4);
  }
  rest = {};
}

// Removes one response from the front.
void take_response(std::string_view& rest, bool has_body) {
  constexpr std::string_view field = "\r\nContent-Length: ";
  const std::size_t head = rest.find("\r\n\r\n");
  if (!rest.starts_with("HTTP/1.1 ") || head == std::string_view::npos) std::abort();
  const std::string_view fields = rest.substr(0, head);
  if (fields.find("\r\nContent-Type: text/event-stream\r\n") != std::string_view::npos) {
    rest.remove_prefix(head + 4);
    const bool has_chunks = fields.find("Transfer-Encoding: chunked") != std::string_view::npos;
    return take_stream(rest, has_chunks);
  }
  const std::size_t length = rest.find(field);
  std::size_t size = 0;
  if (length < head) {
    const char* const digits = rest.data() + length + field.size();
    std::from_chars(digits, rest.data() + head, size);
  } else if (!rest.starts_with("HTTP/1.1 304 ")) {
    std::abort();
  }
  if (!has_body) size = 0;
  if (head + 4 + size > rest.size()) std::abort();
  rest.remove_prefix(head + 4 + size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span in(reinterpret_cast<const std::byte*>(data), size);
  const std::string whole = converse(in, size + 1);
  if (size < 2000 && converse(in, 1) != whole) std::abort();
  if (converse(in, 77) != whole) std::abort();
  const std::string_view request(reinterpret_cast<const char*>(data), size);
  const bool may_be_head = request.find("HEAD ") != std::string_view::npos;
  std::string_view rest = whole;
  while (!rest.empty() && !may_be_head) take_response(rest, true);
  return 0;
}
