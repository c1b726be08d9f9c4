// What there is: /v1/zones, /v1/zones/ZONE, /v1/locales, /v1/styles. A worker makes each list once for a release of
// the tz database.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/exchange.hpp"

namespace polyclock::service {

// Bodies that many connections may be sent at the same time.
class list_bodies {
 public:
  using body = std::shared_ptr<const std::string>;

  [[nodiscard]] const body& zones(const answerer& times);
  [[nodiscard]] const body& locales(answerer& times);

 private:
  std::uint64_t release_ = 0;
  body zones_;
  body locales_;
};

[[nodiscard]] http_reply zones_resource(const http_exchange& asked, list_bodies& bodies);
[[nodiscard]] http_reply locales_resource(const http_exchange& asked, list_bodies& bodies);
[[nodiscard]] http_reply styles_resource(const http_exchange& asked);

// Valid until the next adoption. The last is an example of a skeleton.
[[nodiscard]] std::vector<std::string_view> style_names(const answerer& times);

// One zone: its offset now, and the transitions of the next two years.
[[nodiscard]] http_reply zone_resource(const http_exchange& asked, std::string_view name);

}  // namespace polyclock::service
