#include "host_offset.hpp"

namespace polyclock {

host_offset offset_from(const client::received_reply& received, protocol::timestamp server) {
  using namespace std::chrono;
  const auto half = duration_cast<nanoseconds>(received.arrived - received.sent) / 2;
  // In microseconds, which hold every instant of a valid reply; nanoseconds would not.
  const auto middle = round<microseconds>(received.sent.time_since_epoch() + half);
  const auto server_time =
      microseconds(seconds(server.seconds)) + round<microseconds>(nanoseconds(server.nanoseconds));
  return {middle - server_time, ceil<microseconds>(half < half.zero() ? -half : half)};
}

}  // namespace polyclock
