// Which resource a path names: the table of the HTTP service.
#pragma once

#include <memory>
#include <string_view>

#include "service/http/exchange.hpp"
#include "service/http/list_resource.hpp"
#include "service/statistics.hpp"

namespace polyclock::service {

// What the resources of a service keep between requests.
struct http_resources {
  std::shared_ptr<const statistics> admin;  // null: its resources are not here
  list_bodies lists;

  // Whether a path is one of the administrator's, wherever that is.
  [[nodiscard]] static bool is_admin(std::string_view path) noexcept;

  // The reply to a GET. Throws where memory is short, or an answer too long.
  [[nodiscard]] http_reply get(const http_exchange& asked);
};

}  // namespace polyclock::service
