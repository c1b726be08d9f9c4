// Whatever a datagram holds: only whole requests are answered, a classic one with little more than its own size, any
// other with no more bytes than it has itself, and no answer is answered.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "protocol/classic.hpp"
#include "service/dt_service.hpp"
#include "support/fixed_answerer.hpp"

using namespace polyclock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static service::dt_service service(test::fixed_answerer(), {});
  const auto in = std::as_bytes(std::span(data, size));
  std::array<std::byte, protocol::datagram_size_max> out{};
  const std::size_t replied = service.advance_datagram(in, protocol::cost::loaded, out).produced;
  if (replied == 0) return 0;
  if (size == protocol::classic_request_size) {
    constexpr std::size_t response_max =
        protocol::classic_header_size + protocol::classic_text_size_max;
    if (replied > response_max) std::abort();
  } else if (replied > size) {
    std::abort();
  }
  std::array<std::byte, protocol::datagram_size_max> echo{};
  if (service.advance_datagram(std::span(out).first(replied), protocol::cost::loaded, echo)
          .produced != 0)
    std::abort();
  return 0;
}
