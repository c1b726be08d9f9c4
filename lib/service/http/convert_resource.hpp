// A local time of one zone in others: /v1/convert.
#pragma once

#include "service/http/exchange.hpp"

namespace polyclock::service {

[[nodiscard]] http_reply convert_resource(const http_exchange& asked);

}  // namespace polyclock::service
