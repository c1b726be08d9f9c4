#include "host_offset.hpp"

namespace polyclock {

host_offset offset_from(const client::received_reply& received, protocol::timestamp server) {
  using namespace std::chrono;
  const auto half = duration_cast<nanoseconds>(received.arrived - received.sent) / 2;
  const auto middle = duration_cast<nanoseconds>(received.sent.time_since_epoch()) + half;
  const auto server_time = seconds(server.seconds) + nanoseconds(server.nanoseconds);
  return {round<microseconds>(middle - server_time),
          ceil<microseconds>(half < half.zero() ? -half : half)};
}

}  // namespace polyclock
