// Counts open connections, in all and per address, for every worker of a server; listeners take a place
// before they accept and sessions give it back.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

struct sockaddr;

namespace polyclock::net {

// The first 32 bits of an IPv4 or the first 64 of an IPv6 address; Unix sockets have none.
struct address_prefix {
  std::array<unsigned char, 8> bytes{};
  unsigned char family = 0;

  friend auto operator<=>(const address_prefix&, const address_prefix&) = default;
};

[[nodiscard]] std::optional<address_prefix> prefix_of(const sockaddr* address) noexcept;

// Safe to use from all workers. Reached once for each connection, never for a request.
class connection_quota {
 public:
  void set_max(std::size_t total, std::size_t per_address) noexcept;

  // Takes one of all places; false where none is free.
  [[nodiscard]] bool take() noexcept;
  void give_back() noexcept { open_.fetch_sub(1, std::memory_order_relaxed); }

  // Takes one of an address's places, beside the one of all.
  [[nodiscard]] bool take(const address_prefix& prefix);
  void give_back(const address_prefix& prefix) noexcept;

  [[nodiscard]] std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool caps_addresses() const noexcept {
    return max_per_address_.load(std::memory_order_relaxed) > 0;
  }

 private:
  std::atomic<std::size_t> max_{0};
  std::atomic<std::size_t> max_per_address_{0};
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;  // guards what follows
  std::map<address_prefix, std::size_t> by_address_;
};

}  // namespace polyclock::net
