// Whatever a client sends: the decoder stays within its input, and a query that it accepts is the
// same when it is written and read again.
#include "protocol/dt_request.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace polyclock::protocol;

bool same(const query& a, const query& b) {
  const auto as = a.locale_list();
  const auto bs = b.locale_list();
  return a.id == b.id && a.what == b.what && a.style == b.style && a.zone == b.zone &&
         a.instant == b.instant && a.ascii == b.ascii &&
         std::equal(as.begin(), as.end(), bs.begin(), bs.end());
}

void check_query(const query& accepted) {
  std::array<std::byte, request_size_max> buffer{};
  const std::size_t size = encode(accepted, buffer);
  if (size == 0) return;  // the default fields that are written may make it too long
  dt_request again;
  const auto result = decode_dt_request(std::span(buffer).first(size), dt_magic, again);
  if (result.status != decode_status::complete || result.size != size) std::abort();
  if (!same(accepted, std::get<query>(again))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto in = std::as_bytes(std::span(data, size));
  dt_request request;
  const decoded result = decode_dt_request(in, dt_magic, request);
  if (result.status != decode_status::complete) return 0;
  if (result.size > size || result.size > request_size_max) std::abort();
  if (const auto* accepted = std::get_if<query>(&request)) check_query(*accepted);
  return 0;
}
