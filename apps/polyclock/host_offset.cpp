#include "host_offset.hpp"

#include <algorithm>
#include <cstdint>

namespace polyclock {
namespace {

constexpr std::int64_t seconds_max = 1'000'000'000'000;  // 31,688 years

}  // namespace

host_offset offset_from(const client::received_reply& received, protocol::timestamp server) {
  using namespace std::chrono;
  const auto half = duration_cast<nanoseconds>(received.arrived - received.sent) / 2;
  // In microseconds, which hold every instant of a server; nanoseconds would not.
  const auto middle = round<microseconds>(received.sent.time_since_epoch() + half);
  const auto server_seconds = std::clamp(server.seconds, -seconds_max, seconds_max);
  const auto server_time =
      microseconds(seconds(server_seconds)) + round<microseconds>(nanoseconds(server.nanoseconds));
  return {middle - server_time, ceil<microseconds>(half < half.zero() ? -half : half)};
}

}  // namespace polyclock
