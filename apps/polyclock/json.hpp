// An answer as one JSON object (RFC 8259), its keys those of PROTOCOL.md; --json prints it.
#pragma once

#include <string>

#include "protocol/answer.hpp"
#include "protocol/classic.hpp"

namespace polyclock {

[[nodiscard]] std::string to_json(const protocol::answer& answer, const std::string& server);
[[nodiscard]] std::string to_json(const protocol::classic_response& response,
                                  const std::string& server);

}  // namespace polyclock
