// Several times in one reply: each step gives those that are cached and at most one that is not, so that no reply
// makes others wait; what it has given waits in the batch of its peer.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "service/http/exchange.hpp"

namespace polyclock::service {

// The answers to `count` queries as JSON, in their order; or else the reply to give instead. `answer(index, when,
// cost_max)` gives one of them, for an exchange that began at the instant `when`.
struct list_answer {
  std::string json;
  protocol::cost took = protocol::cost::cached;
  bool wants_time = false;
  std::optional<http_reply> instead = {};  // of the whole list
};
struct answer_list {
  std::vector<std::string> answers;
  std::optional<http_reply> instead;
  protocol::cost took = protocol::cost::cached;
};
[[nodiscard]] answer_list answer_each(
    const http_exchange& asked, std::size_t count,
    const std::function<list_answer(std::size_t, clock::instant, protocol::cost)>& answer);

// `[ANSWER,ANSWER]`
[[nodiscard]] std::string json_array(std::span<const std::string> answers);

}  // namespace polyclock::service
