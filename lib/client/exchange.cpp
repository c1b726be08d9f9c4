#include "client/exchange.hpp"

#include <utility>

namespace polyclock::client {

outcome<received_reply> exchange(std::span<const server_address> servers,
                                 std::span<const std::byte> request, const reply_check& check,
                                 deadline until) {
  auto won = race(servers, request, check, until);
  if (!won) return won.error();
  won->bytes.resize(won->reply_size);
  return received_reply{std::move(won->bytes), std::move(won->server), won->sent, won->arrived};
}

}  // namespace polyclock::client
