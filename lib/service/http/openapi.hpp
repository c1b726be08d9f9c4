// The description of the HTTP interface for programs, OpenAPI 3.1: /openapi.json.
#pragma once

#include "service/http/exchange.hpp"

namespace polyclock::service {

[[nodiscard]] http_reply openapi_resource(const http_exchange& asked);

}  // namespace polyclock::service
