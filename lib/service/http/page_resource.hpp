// The page at / and /ZONE for browsers: the present text in HTML, which a script then keeps true.
#pragma once

#include <optional>
#include <string_view>

#include "service/http/exchange.hpp"
#include "service/http/problem.hpp"

namespace polyclock::service {

// Whether the client names HTML and would rather have it than plain text. `*/*` names nothing.
[[nodiscard]] bool wants_page(const http_exchange& asked) noexcept;

// `zone`: the one that the path names, if any.
[[nodiscard]] http_reply page_resource(const http_exchange& asked, std::string_view zone);

// The page with what is wrong in the place of the text.
[[nodiscard]] http_reply page_problem(const http_exchange& asked, const problem& why,
                                      std::string_view zone);

// `/page.css` and `/page.js`
[[nodiscard]] std::optional<http_reply> page_part(const http_exchange& asked);

}  // namespace polyclock::service
