// A whole conversation with the DT service, its input split at arbitrary places: what comes out
// does not depend on the splits, and every reply is one that a client accepts.
#include "protocol/conversation.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "service/dt_service.hpp"
#include "support/fixed_answerer.hpp"

namespace {

using namespace polyclock;
using bytes = std::vector<std::byte>;

// The conversation's output where the peer sends `piece` bytes at a time.
bytes converse(service::dt_service& service, std::span<const std::byte> in, std::size_t piece) {
  const auto talk = std::make_unique<protocol::conversation<service::dt_service>>();
  talk->lend(std::make_unique<protocol::conversation_buffers<service::dt_service>>());
  bytes out;
  while (talk->is_open()) {
    static_cast<void>(talk->advance(service, protocol::cost::loaded));
    out.insert(out.end(), talk->output().begin(), talk->output().end());
    const bool more = !talk->output().empty();
    talk->sent(talk->output().size());
    if (more) continue;
    if (piece % 2 == 0) {  // as an idle session does
      talk->lend(talk->return_buffers());
    } else {  // as a busy one does
      talk->use_large_input();
    }
    const auto space = talk->input_space();
    if (space.empty()) std::abort();
    const std::size_t size = std::min({space.size(), piece, in.size()});
    std::copy_n(in.begin(), size, space.begin());
    talk->received(size);
    in = in.subspan(size);
    if (in.empty()) talk->finish_input();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static service::dt_service service(test::fixed_answerer(), {});
  if (size < 1) return 0;
  const std::size_t piece = data[0] % 64 + 1;
  const auto in = std::as_bytes(std::span(data + 1, size - 1));
  const bytes at_once = converse(service, in, SIZE_MAX);
  if (converse(service, in, piece) != at_once) std::abort();
  return 0;
}
