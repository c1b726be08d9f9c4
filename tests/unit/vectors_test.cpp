// The published vectors, read and written by the library's own codecs.
#include "support/vectors.hpp"

#include <array>
#include <utility>

#include "protocol/dt_reply.hpp"
#include "support/catch.hpp"
#include "support/description.hpp"
#include "support/encoded.hpp"

namespace polyclock::test {
namespace {

using protocol::decode_status;

// What the decoder for a vector's kind of packet made of its bytes.
struct reading {
  std::string result;  // as in the vectors
  description meaning;
  bytes encoded_again;
};

template <typename Packet>
bytes encode_again(const Packet& packet) {
  return encoded(packet);
}

bytes encode_again(protocol::answer answer) {
  std::array<std::byte, protocol::reply_size_max> buffer{};
  std::size_t size = encode(answer, buffer);
  while (const auto later = next_later(answer)) size = append_later(buffer, size, *later);
  return first(buffer, size);
}

bytes encode_again(protocol::name_page page) {
  std::array<std::byte, protocol::reply_size_max> buffer{};
  protocol::page_writer writer(buffer, page.id);
  for (auto name = next_name(page); !name.empty(); name = next_name(page)) {
    REQUIRE(writer.add(name));
  }
  return first(buffer, writer.finish(page.more));
}

reading read_request(const bytes& hex) {
  protocol::dt_request request;
  const auto decoded = decode_dt_request(hex, protocol::dt_magic, request);
  if (decoded.status == decode_status::need_more) return {"need_more", {}, {}};
  if (const auto* fault = std::get_if<protocol::fault>(&request)) {
    return {"fault", describe(*fault, decoded.status), {}};
  }
  if (const auto* query = std::get_if<protocol::query>(&request)) {
    return {"", describe(*query), encode_again(*query)};
  }
  if (const auto* listing = std::get_if<protocol::list_request>(&request)) {
    return {"", describe(*listing), encode_again(*listing)};
  }
  if (const auto* watch = std::get_if<protocol::watch_request>(&request)) {
    return {"", describe(watch->asked), encode_again(*watch)};
  }
  if (const auto* unwatch = std::get_if<protocol::unwatch_request>(&request)) {
    return {"", {{"id", std::to_string(unwatch->id)}}, encode_again(*unwatch)};
  }
  const auto& classic = std::get<protocol::classic_request>(request);
  return {"", describe(classic), encode_again(classic)};
}

reading read_classic_request(const bytes& hex) {
  protocol::classic_request request{};
  if (hex.size() < 2) return {"need_more", {}, {}};
  const auto magic = static_cast<std::uint16_t>(number_at(hex, 0, 2));
  const auto decoded = decode_classic_request(hex, magic, request);
  if (decoded.status != decode_status::complete) return {"malformed", {}, {}};
  return {"", describe(request), encode_again(request)};
}

reading read_classic_response(const bytes& hex) {
  protocol::classic_response response{};
  const auto check = decode_classic_response(hex, protocol::dt_magic, response);
  if (check != protocol::classic_check::valid) return {"malformed", {}, {}};
  return {"", describe(response), encode_again(response)};
}

reading read_reply(const bytes& hex) {
  protocol::dt_reply reply;
  const auto decoded = decode_dt_reply(hex, reply);
  if (decoded.status == decode_status::need_more) return {"need_more", {}, {}};
  if (decoded.status == decode_status::malformed) return {"malformed", {}, {}};
  return std::visit(
      [](const auto& packet) -> reading {
        return {"", describe(packet), encode_again(packet)};
      },
      reply);
}

reading read(const vector_block& block) {
  if (block.packet == "classic_request") return read_classic_request(block.hex);
  if (block.packet == "classic_response") return read_classic_response(block.hex);
  const bool is_request = block.packet == "query" || block.packet == "list_request" ||
                          block.packet == "watch" || block.packet == "unwatch" ||
                          block.packet == "request";
  if (is_request) return read_request(block.hex);
  return read_reply(block.hex);
}

TEST_CASE("every published vector decodes to its description and encodes to its bytes") {
  const auto blocks = read_vectors();
  REQUIRE(blocks.size() >= 20);
  for (const vector_block& block : blocks) {
    INFO(block.name);
    const reading found = read(block);
    CHECK(found.result == block.result);
    if (block.result == "malformed" || block.result == "need_more") continue;
    CHECK(found.meaning == block.meaning);
    if (block.result.empty() && !block.other_encoding) CHECK(found.encoded_again == block.hex);
  }
}

TEST_CASE("no proper prefix of a vector is complete") {
  for (const vector_block& block : read_vectors()) {
    if (!block.result.empty()) continue;
    INFO(block.name);
    for (std::size_t size = 0; size < block.hex.size(); ++size) {
      INFO(size);
      CHECK(read({block.name, block.packet, first(block.hex, size), {}, false, {}}).result != "");
    }
  }
}

// Whatever a decoder accepts means the same when it is written and read again.
void check_round_trip(vector_block& changed) {
  const reading found = read(changed);
  const bool comparable =
      changed.packet != "classic_request" && changed.packet != "classic_response";
  if (!found.result.empty() || !comparable) return;
  const bytes kept = std::exchange(changed.hex, found.encoded_again);
  REQUIRE(read(changed).meaning == found.meaning);
  changed.hex = kept;
}

TEST_CASE("no change of a single byte leads a decoder astray") {
  auto blocks = read_vectors();
  for (vector_block& block : blocks) {
    INFO(block.name);
    for (std::size_t position = 0; position < block.hex.size(); ++position) {
      const std::byte original = block.hex[position];
      for (int value = 0; value < 256; ++value) {
        block.hex[position] = static_cast<std::byte>(value);
        check_round_trip(block);
      }
      block.hex[position] = original;
    }
  }
}

}  // namespace
}  // namespace polyclock::test
