// How far this host's clock is from the server's, as one exchange tells it; --quality and --json print it.
#pragma once

#include <chrono>

#include "client/exchange.hpp"
#include "protocol/extended.hpp"

namespace polyclock {

struct host_offset {
  std::chrono::microseconds offset;       // this host's clock minus the server's
  std::chrono::microseconds uncertainty;  // the truth lies within plus or minus this
};

// The server read its clock at some time between sending and arrival: the middle is taken, and half of
// the time between is the uncertainty (RFC 5905, section 8, with the server's own time left out).
[[nodiscard]] host_offset offset_from(const client::received& received, protocol::timestamp server);

}  // namespace polyclock
