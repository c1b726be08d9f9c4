// Counts open connections, in all and per address, for every worker of a server; an acceptor
// takes a slot for each connection, which holds it.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "net/address_prefix.hpp"

namespace polyclock::net {

class connection_quota;

// A slot that a connection holds for as long as it is open.
class connection_slot {
 public:
  connection_slot() = default;
  explicit connection_slot(connection_quota& quota) : quota_(&quota) {}
  connection_slot(connection_slot&& other) noexcept
      : quota_(std::exchange(other.quota_, nullptr)),
        prefix_(other.prefix_),
        counts_address_(other.counts_address_) {}
  connection_slot& operator=(connection_slot&& other) noexcept {
    std::swap(quota_, other.quota_);
    std::swap(prefix_, other.prefix_);
    std::swap(counts_address_, other.counts_address_);
    return *this;
  }
  ~connection_slot();

  explicit operator bool() const noexcept { return quota_ != nullptr; }

  // Counts the slot for this address too; false if the limit of the address is reached.
  [[nodiscard]] bool assign(const sockaddr* peer);

  // Of the assigned address, if that is one of IP.
  [[nodiscard]] const std::optional<address_prefix>& prefix() const noexcept { return prefix_; }

 private:
  connection_quota* quota_ = nullptr;
  std::optional<address_prefix> prefix_;
  bool counts_address_ = false;
};

// Safe to use from all workers. Reached once for each connection, never for a request.
class connection_quota {
 public:
  // `per_address` 0: no cap.
  void set_max(std::size_t total, std::size_t per_address) noexcept;

  // Takes a slot; empty if the limit is reached.
  [[nodiscard]] connection_slot take() noexcept;

  // Whether addresses matter.
  [[nodiscard]] bool counts_addresses() const noexcept {
    return max_per_address_.load(std::memory_order_relaxed) > 0;
  }
  [[nodiscard]] std::size_t max() const noexcept { return max_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

 private:
  friend class connection_slot;

  [[nodiscard]] bool take_of(const address_prefix& prefix);
  // With the prefix that the slot was counted for.
  void give_back(const address_prefix* prefix) noexcept;

  std::atomic<std::size_t> max_{0};
  std::atomic<std::size_t> max_per_address_{0};
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;  // guards what follows
  std::map<address_prefix, std::size_t> by_address_;
};

}  // namespace polyclock::net
