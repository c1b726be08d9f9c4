#include "net/connection_quota.hpp"

#include <netinet/in.h>

#include <cstring>

namespace polyclock::net {

std::optional<address_prefix> prefix_of(const sockaddr* address) noexcept {
  address_prefix prefix;
  if (address->sa_family == AF_INET) {
    prefix.family = 4;
    std::memcpy(prefix.bytes.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    prefix.family = 6;
    std::memcpy(prefix.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, 8);
  } else {
    return std::nullopt;
  }
  return prefix;
}

void connection_quota::set_max(std::size_t total, std::size_t per_address) noexcept {
  max_.store(total, std::memory_order_relaxed);
  max_per_address_.store(per_address, std::memory_order_relaxed);
}

bool connection_quota::take() noexcept {
  std::size_t open = open_.load(std::memory_order_relaxed);
  do {
    if (open >= max_.load(std::memory_order_relaxed)) return false;
  } while (!open_.compare_exchange_weak(open, open + 1, std::memory_order_relaxed));
  return true;
}

bool connection_quota::take(const address_prefix& prefix) {
  const std::lock_guard lock(mutex_);
  const std::size_t open = by_address_.contains(prefix) ? by_address_[prefix] : 0;
  if (open >= max_per_address_.load(std::memory_order_relaxed)) return false;
  by_address_[prefix] = open + 1;
  return true;
}

void connection_quota::give_back(const address_prefix& prefix) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(prefix);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace polyclock::net
