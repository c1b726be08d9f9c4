// Decoded packets in the words of vectors.txt.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocol/answer.hpp"
#include "protocol/classic.hpp"
#include "protocol/dt_request.hpp"
#include "protocol/error.hpp"
#include "protocol/listing.hpp"
#include "protocol/query.hpp"

namespace polyclock::test {

using description = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] description describe(const protocol::classic_request& request);
[[nodiscard]] description describe(const protocol::classic_response& response);
[[nodiscard]] description describe(const protocol::query& query);
[[nodiscard]] description describe(const protocol::answer& answer);
[[nodiscard]] description describe(const protocol::error& error);
[[nodiscard]] description describe(const protocol::list_request& request);
[[nodiscard]] description describe(protocol::name_page page);
[[nodiscard]] description describe(const protocol::fault& fault, protocol::decode_status status);

}  // namespace polyclock::test
