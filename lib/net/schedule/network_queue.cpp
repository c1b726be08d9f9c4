#include "net/schedule/network_queue.hpp"

#include "net/address_prefix.hpp"

namespace polyclock::net {

network_queue_index queue_of_network(const sockaddr* address) noexcept {
  return scheduler::queue_of(seeded_hash(prefix_of(address, {32, 64}).value_or(address_prefix{})));
}

}  // namespace polyclock::net
