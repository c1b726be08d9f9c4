// A time as a whole, with the server's clock: /v1/time, for one or several clocks at the same instant.
#pragma once

#include "service/http/exchange.hpp"

namespace polyclock::service {

[[nodiscard]] http_reply time_resource(const http_exchange& asked);

}  // namespace polyclock::service
