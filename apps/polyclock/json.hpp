// An answer as one JSON object (RFC 8259), its keys those of PROTOCOL.md; --json prints it.
#pragma once

#include <optional>
#include <string>

#include "host_offset.hpp"
#include "protocol/answer.hpp"
#include "protocol/classic.hpp"

namespace polyclock {

// With this host's offset from the server, where the answer is of now.
[[nodiscard]] std::string to_json(const protocol::answer& answer, const std::string& server,
                                  const std::optional<host_offset>& offset);
[[nodiscard]] std::string to_json(const protocol::classic_response& response,
                                  const std::string& server);

}  // namespace polyclock
