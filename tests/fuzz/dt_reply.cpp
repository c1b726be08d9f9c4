// Whatever a server sends: the decoders stay within their input, and a packet that they accept can
// be written and read again.
#include "protocol/dt_reply.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>

#include "protocol/classic.hpp"

namespace {

using namespace polyclock::protocol;

template <typename Packet>
void check_again(const Packet& packet) {
  std::array<std::byte, reply_size_max> buffer{};
  const std::size_t size = encode(packet, buffer);
  dt_reply again;
  if (size == 0) std::abort();
  if (decode_dt_reply(std::span(buffer).first(size), again).status != decode_status::complete) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto in = std::as_bytes(std::span(data, size));
  classic_response response{};
  decode_classic_response(in, dt_magic, response);
  dt_reply reply;
  const decoded result = decode_dt_reply(in, reply);
  if (result.status != decode_status::complete) return 0;
  if (result.size > size) std::abort();
  if (const auto* accepted = std::get_if<answer>(&reply)) check_again(*accepted);
  if (const auto* accepted = std::get_if<error>(&reply)) check_again(*accepted);
  if (auto* page = std::get_if<name_page>(&reply)) {
    while (!next_name(*page).empty()) continue;
  }
  return 0;
}
