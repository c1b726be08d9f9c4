// How many datagrams each network may get answered: a token bucket for each address prefix, in a table
// whose size never changes. Each worker has one for all its datagram listeners.
#pragma once

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/zeroed_array.hpp"
#include "net/address_prefix.hpp"

namespace polyclock::net {

// Kept as the instant at which it will be full again (the virtual scheduling of ITU-T I.371): past
// and empty memory are both a full bucket.
struct token_bucket {
  std::uint64_t key = 0;  // of the prefix it belongs to
  std::chrono::steady_clock::time_point full_at{};
};

class token_buckets {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  // Fits common sizes of sites: /24 of IPv4, /56 of IPv6.
  static constexpr prefix_lengths site{24, 56};

  // Tokens a second; a full bucket holds those of one second. 0: no cap.
  void set_rate(std::uint32_t per_second) noexcept;

  // The bucket of that address's prefix, good until the next call. Where the table is full it takes
  // the place of the fullest one.
  [[nodiscard]] token_bucket& of(const sockaddr* source) noexcept;

  [[nodiscard]] bool has_token(const token_bucket& bucket, time_point now) const noexcept {
    return bucket.full_at - now <= capacity - interval_;
  }
  void take_token(token_bucket& bucket, time_point now) const noexcept {
    bucket.full_at = std::max(bucket.full_at, now) + interval_;
  }

 private:
  static constexpr std::chrono::nanoseconds capacity = std::chrono::seconds(1);
  static constexpr std::size_t set_count = 4096;
  static constexpr std::size_t set_size = 4;
  using bucket_set = std::array<token_bucket, set_size>;

  base::zeroed_array<bucket_set> sets_{set_count};
  std::chrono::nanoseconds interval_{0};
};

}  // namespace polyclock::net
