// Why an HTTP request has no answer, as RFC 9457 describes it to programs.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

#include "service/http/exchange.hpp"

namespace polyclock::service {

struct problem {
  protocol::http_status status = protocol::http_status::bad_request;
  std::string_view type;             // `unknown_zone`
  std::string_view detail;           // a sentence
  std::string_view parameter = {};   // the one that is wrong, if any
  std::string_view suggestion = {};  // what may have been meant, if anything
};

[[nodiscard]] boost::json::object to_json(const problem& why,
                                          const boost::json::storage_ptr& memory);

// Below /api errors have the form that worldtimeapi.org gave them.
[[nodiscard]] http_reply problem_reply(const http_exchange& asked, const problem& why);

// Its detail is in the scratch. To look for a suggestion costs as much as loading.
[[nodiscard]] problem unknown_zone(const http_exchange& asked, std::string_view name,
                                   std::string_view parameter);

// Why a time has no answer. Its detail stays in the error; a zone is `parameter`, which may be empty.
[[nodiscard]] problem problem_of(const time_error& error, std::string_view parameter);

// Likewise, as a reply.
[[nodiscard]] http_reply error_reply(const http_exchange& asked, const time_result& result,
                                     std::string_view zone_parameter);

}  // namespace polyclock::service
