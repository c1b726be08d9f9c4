// Whatever a server of the Daytime or the Time Protocol sends: the decoders stay within it, and what is taken for
// a line is one.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/daytime.hpp"
#include "protocol/time_protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyclock::protocol;
  const auto in = std::as_bytes(std::span(data, size));
  const auto seconds = decode_time(in);
  if (seconds.has_value() != (size >= time_size)) std::abort();
  for (const bool ended : {false, true}) {
    std::string_view line;
    const decoded result = decode_daytime(in, ended, line);
    if (result.status != decode_status::complete) continue;
    if (result.size > size || line.empty()) std::abort();
    if (line.find_first_of("\r\n") != std::string_view::npos) std::abort();
  }
  return 0;
}
