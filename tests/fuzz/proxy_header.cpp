// Headers of the PROXY protocol: however one is cut, it is never read beyond its end, and tells the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "protocol/proxy_header.hpp"

namespace {

using namespace polyclock::protocol;

proxy_header read(std::span<const std::byte> in, std::size_t piece) {
  proxy_header header = decode_proxy_header({});
  std::size_t size = 0;
  while (header.status == decode_status::need_more && size < in.size()) {
    if (header.size <= size || header.size > proxy_header_decoded_max) std::abort();
    size = std::min({header.size, size + piece, in.size()});
    header = decode_proxy_header(in.first(size));
  }
  if (header.status == decode_status::complete && header.size < size) std::abort();
  return header;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span in(reinterpret_cast<const std::byte*>(data), size);
  const proxy_header whole = read(in, size + 1);
  const proxy_header bytewise = read(in, 1);
  if (bytewise.status != whole.status || bytewise.port != whole.port) std::abort();
  if (bytewise.source.bytes != whole.source.bytes) std::abort();
  if (whole.status != decode_status::need_more && bytewise.size != whole.size) std::abort();
  return 0;
}
