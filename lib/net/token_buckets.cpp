#include "net/token_buckets.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace polyclock::net {
namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): different numbers stay different.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

std::uint64_t number_of(const sockaddr* source) {
  auto prefix = prefix_of(source, token_buckets::site).value_or(address_prefix{});
  prefix.bytes.back() = prefix.family;  // no site's prefix reaches the last byte
  std::uint64_t number = 0;
  std::memcpy(&number, prefix.bytes.data(), sizeof number);
  return number;
}

}  // namespace

token_buckets::token_buckets() {
  std::random_device random;
  seed_ = std::uint64_t{random()} << 32 | random();
}

void token_buckets::set_rate(std::uint32_t per_second) noexcept {
  interval_ = per_second == 0 ? std::chrono::nanoseconds(0) : capacity / per_second;
}

token_bucket& token_buckets::of(const sockaddr* source) noexcept {
  const std::uint64_t key = mix(number_of(source) ^ seed_);
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
