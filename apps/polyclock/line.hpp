// Formats an answer as the line that the options select; main prints it.
#pragma once

#include <string>

#include "arguments.hpp"
#include "client/exchange.hpp"
#include "protocol/answer.hpp"

namespace polyclock {

[[nodiscard]] std::string format_line(const protocol::answer& answer, const arguments& arguments,
                                      const client::received_reply& received);

}  // namespace polyclock
