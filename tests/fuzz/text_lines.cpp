// A whole text conversation, its input split at arbitrary places: what comes out does not depend on the
// splits, and is lines of text alone.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "protocol/conversation.hpp"
#include "service/text_service.hpp"
#include "support/fixed_answerer.hpp"

namespace {

using namespace polyclock;

// The conversation's output where the peer sends `piece` bytes at a time.
std::string converse(std::span<const std::byte> in, std::size_t piece) {
  static const auto answerer = test::fixed_answerer();
  service::text_service service(answerer, {});
  const auto talk = std::make_unique<protocol::conversation<service::text_service>>();
  talk->lend(std::make_unique<protocol::conversation_buffers<service::text_service>>());
  talk->use_large_input();
  std::string out;
  while (talk->is_open()) {
    static_cast<void>(talk->advance(service, protocol::cost::loaded));
    const auto replies = talk->output();
    out.append(reinterpret_cast<const char*>(replies.data()), replies.size());
    talk->sent(talk->output().size());
    if (!replies.empty()) continue;
    const auto space = talk->input_space();
    if (space.empty()) std::abort();
    const std::size_t size = std::min({space.size(), piece, in.size()});
    std::copy_n(in.begin(), size, space.begin());
    in = in.subspan(size);
    size > 0 ? talk->received(size) : talk->finish_input();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span in(reinterpret_cast<const std::byte*>(data), size);
  const std::string whole = converse(in, size + 1);
  if (converse(in, 1) != whole || converse(in, 7) != whole) std::abort();
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    if (end == std::string_view::npos) std::abort();
    if (!base::is_printable_utf8(rest.substr(0, end))) std::abort();
    rest.remove_prefix(end + 2);
  }
  return 0;
}
