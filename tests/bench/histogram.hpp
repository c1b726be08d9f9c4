// Latencies by their share: buckets that grow with the value, exact to 1 part in 32. The load generator fills one.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace polyclock::bench {

class histogram {
 public:
  void add(std::uint64_t nanoseconds, std::uint64_t count = 1) {
    buckets_[index(nanoseconds)] += count;
    total_ += count;
  }

  // The value that this share of all (0 to 1) does not exceed; 0 where there is none.
  [[nodiscard]] std::uint64_t quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > wanted) return upper_end(i);
    }
    return 0;
  }

 private:
  static constexpr unsigned bits = 5;
  static constexpr std::uint64_t half = 1U << bits;

  static std::size_t index(std::uint64_t value) {
    if (value < half) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - bits - 1;
    return (std::size_t{shift} << bits) + static_cast<std::size_t>(value >> shift);
  }
  static std::uint64_t upper_end(std::size_t index) {
    if (index < half) return index;
    const auto shift = static_cast<unsigned>(index >> bits) - 1;
    return ((index & (half - 1)) + half + 1) << shift;
  }

  std::array<std::uint64_t, 64 * half> buckets_{};
  std::uint64_t total_ = 0;
};

}  // namespace polyclock::bench
