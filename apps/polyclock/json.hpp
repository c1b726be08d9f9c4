// Formats an answer as one JSON object (RFC 8259) with the field names of PROTOCOL.md, for --json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host_offset.hpp"
#include "protocol/answer.hpp"
#include "protocol/classic.hpp"

namespace polyclock {

// `offset`: this host's offset from the server, if the answer is for the current time. `lists_later`: with the texts
// that follow.
[[nodiscard]] std::string to_json(const protocol::answer& answer, const std::string& server,
                                  const std::optional<host_offset>& offset,
                                  bool lists_later = false);
[[nodiscard]] std::string to_json(const protocol::classic_response& response,
                                  const std::string& server);
[[nodiscard]] std::string to_json(const std::vector<std::string>& names);
// Of lines `NAME VALUE`, as one object.
[[nodiscard]] std::string statistics_to_json(const std::vector<std::string>& lines);

}  // namespace polyclock
