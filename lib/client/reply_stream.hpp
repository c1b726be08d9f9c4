// A connection on which replies keep coming after one request; the command-line client watches a text with it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "client/connection.hpp"
#include "client/exchange.hpp"
#include "client/failure.hpp"
#include "client/race.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

class reply_stream {
 public:
  // To the server that wins the race, whose first reply `next` returns first. A failure names every server.
  [[nodiscard]] static outcome<reply_stream> open(std::span<const server_address> servers,
                                                  std::span<const std::byte> request,
                                                  const reply_check& check, deadline until);

  // The next reply. Empty where the deadline passes first, or where nobody reads the descriptor `output` any more.
  [[nodiscard]] outcome<std::optional<received_reply>> next(const reply_check& check,
                                                            deadline until, int output);

 private:
  explicit reply_stream(won_race won)
      : connection_(std::move(won.opened)),
        server_(std::move(won.reply.server)),
        bytes_(std::move(won.reply.bytes)) {
    bytes_.insert(bytes_.end(), won.behind.begin(), won.behind.end());
  }

  // A whole reply of what has been received, if there is one.
  [[nodiscard]] outcome<std::optional<received_reply>> take(const reply_check& check);

  connection connection_;
  std::string server_;
  std::vector<std::byte> bytes_;  // received and not taken yet
};

}  // namespace polyclock::client
