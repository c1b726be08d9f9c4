// The answers of worldtimeapi.org, for the clients that it has left behind: /api/timezone and /api/ip, as JSON or
// text.
#pragma once

#include <string_view>

#include "service/http/exchange.hpp"

namespace polyclock::service {

// Whether a path belongs to it, in any case.
[[nodiscard]] bool is_world_time(std::string_view path) noexcept;

[[nodiscard]] http_reply world_time_resource(const http_exchange& asked);

// `{"error":"..."}`, or the bare text where the path ends with `.txt`.
[[nodiscard]] http_reply world_time_error(const http_exchange& asked, protocol::http_status status,
                                          std::string_view why);

}  // namespace polyclock::service
