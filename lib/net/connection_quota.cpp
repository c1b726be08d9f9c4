#include "net/connection_quota.hpp"

namespace polyclock::net {

connection_slot::~connection_slot() {
  if (quota_ != nullptr) quota_->give_back(counts_address_ ? &*prefix_ : nullptr);
}

bool connection_slot::assign(const sockaddr* peer) {
  prefix_ = prefix_of(peer, host_prefix);
  if (!prefix_ || !quota_->counts_addresses()) return true;
  counts_address_ = quota_->take_of(*prefix_);
  return counts_address_;
}

void connection_quota::set_max(std::size_t total, std::size_t per_address) noexcept {
  max_.store(total, std::memory_order_relaxed);
  max_per_address_.store(per_address, std::memory_order_relaxed);
}

connection_slot connection_quota::take() noexcept {
  std::size_t open = open_.load(std::memory_order_relaxed);
  do {
    if (open >= max_.load(std::memory_order_relaxed)) return {};
  } while (!open_.compare_exchange_weak(open, open + 1, std::memory_order_relaxed));
  return connection_slot(*this);
}

bool connection_quota::take_of(const address_prefix& prefix) {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(prefix);
  const std::size_t open = found == by_address_.end() ? 0 : found->second;
  if (open >= max_per_address_.load(std::memory_order_relaxed)) return false;
  by_address_[prefix] = open + 1;
  return true;
}

void connection_quota::give_back(const address_prefix* prefix) noexcept {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (prefix == nullptr) return;
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(*prefix);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace polyclock::net
