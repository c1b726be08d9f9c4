#include "net/datagram/token_buckets.hpp"

#include <algorithm>

namespace polyclock::net {

void token_buckets::set_rate(std::uint32_t per_second) noexcept {
  interval_ = per_second == 0 ? std::chrono::nanoseconds(0) : capacity / per_second;
}

token_bucket& token_buckets::of(const sockaddr* source) noexcept {
  const std::uint64_t key = seeded_hash(prefix_of(source, site).value_or(address_prefix{}));
  bucket_set& set = sets_[key % set_count];
  const auto own = std::find_if(set.begin(), set.end(),
                                [&](const token_bucket& bucket) { return bucket.key == key; });
  if (own != set.end()) return *own;
  token_bucket& fullest = *std::min_element(
      set.begin(), set.end(),
      [](const token_bucket& a, const token_bucket& b) { return a.full_at < b.full_at; });
  fullest = {key, {}};
  return fullest;
}

}  // namespace polyclock::net
