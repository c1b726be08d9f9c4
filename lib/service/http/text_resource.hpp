// The text of a time, which a client may keep for as long as it stays true: /v1/text as JSON or alone, and as a line
// / and /ZONE.
#pragma once

#include <string_view>

#include "service/http/exchange.hpp"

namespace polyclock::service {

// `/v1/text`: as JSON, or alone where the client would rather have plain text.
[[nodiscard]] http_reply text_resource(const http_exchange& asked);

// `/v1/text.txt`
[[nodiscard]] http_reply plain_text_resource(const http_exchange& asked);

// `/`, and the zone that a path names, for clients that do not want the page.
[[nodiscard]] http_reply line_resource(const http_exchange& asked, std::string_view zone);

}  // namespace polyclock::service
