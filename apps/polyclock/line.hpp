// The line that the client prints of an answer, as the options choose it.
#pragma once

#include <string>

#include "arguments.hpp"
#include "client/exchange.hpp"
#include "protocol/answer.hpp"

namespace polyclock {

[[nodiscard]] std::string line_of(const protocol::answer& answer, const arguments& arguments,
                                  const client::received& received);

}  // namespace polyclock
