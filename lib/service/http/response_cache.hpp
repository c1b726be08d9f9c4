// Whole HTTP responses, cached for the tenth of a second in which they were made: a request whose head has the same
// bytes gets the same response, unread.
#pragma once

#include <cstdint>

#include "service/reply_cache.hpp"

namespace polyclock::service {

struct response_facts {
  bool is_last;        // of its connection
  std::uint8_t error;  // the number of the error that it is; 0: none
};

using response_cache = reply_cache<768, 1280, response_facts>;

}  // namespace polyclock::service
