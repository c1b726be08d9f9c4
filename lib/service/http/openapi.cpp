#include "service/http/openapi.hpp"

#include "service/embedded.hpp"
#include "service/http/parameters.hpp"
#include "service/http/problem.hpp"

namespace polyclock::service {

http_reply openapi_resource(const http_exchange& asked) {
  if (const auto wrong = find_unknown(asked, {})) return problem_reply(asked, *wrong);
  http_reply reply = reply_of(json_type, embedded::openapi_json(), one_hour);
  reply.has_etag = true;
  reply.is_permanent = true;
  return reply;
}

}  // namespace polyclock::service
