#include "client/exchange.hpp"

#include <utility>

namespace polyclock::client {

outcome<received_reply> exchange(std::span<const server_address> servers,
                                 std::span<const std::byte> request, const reply_check& check,
                                 deadline until) {
  auto won = race(servers, {request, check}, until);
  if (!won) return won.error();
  return std::move(won->reply);
}

}  // namespace polyclock::client
