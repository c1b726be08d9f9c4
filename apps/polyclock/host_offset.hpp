// The offset of this host's clock from the server's, measured by one exchange; --quality and --json
// print it.
#pragma once

#include <chrono>

#include "client/exchange.hpp"
#include "protocol/extended.hpp"

namespace polyclock {

struct host_offset {
  std::chrono::microseconds offset;       // this host's clock minus the server's
  std::chrono::microseconds uncertainty;  // the true offset is within plus or minus this
};

// Assumes that the server read its clock halfway between sending and arrival; the uncertainty is
// half the round-trip time (RFC 5905, section 8, without the server's processing time).
[[nodiscard]] host_offset offset_from(const client::received_reply& received,
                                      protocol::timestamp server);

}  // namespace polyclock
