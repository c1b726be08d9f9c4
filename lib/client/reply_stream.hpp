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
#include "client/server_address.hpp"

namespace polyclock::client {

class reply_stream {
 public:
  // The first of the servers whose first reply is valid, which `next` returns first. Each gets an equal share of the
  // time. A failure names every server that was tried.
  [[nodiscard]] static outcome<reply_stream> open(std::span<const server_address> servers,
                                                  std::span<const std::byte> request,
                                                  const reply_check& check, deadline until);

  // The next reply. Empty where the deadline passes first, or where nobody reads the descriptor `output` any more.
  [[nodiscard]] outcome<std::optional<received_reply>> next(const reply_check& check,
                                                            deadline until, int output);

 private:
  reply_stream(connection opened, std::string server)
      : connection_(std::move(opened)), server_(std::move(server)) {}

  [[nodiscard]] static outcome<reply_stream> open(const server_address& server,
                                                  std::span<const std::byte> request,
                                                  const reply_check& check, deadline until);
  // A whole reply of what has been received, if there is one.
  [[nodiscard]] outcome<std::optional<received_reply>> take(const reply_check& check);

  connection connection_;
  std::string server_;
  std::vector<std::byte> bytes_;  // received and not taken yet
};

}  // namespace polyclock::client
