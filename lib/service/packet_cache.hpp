// Whole reply packets, cached for the second in which they were made: a query with the same bytes but another id
// gets the same packet with its own id and instant. All DT listeners of a worker share
// one; its size never changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/zeroed_array.hpp"
#include "service/generation.hpp"

namespace polyclock::service {

class packet_cache {
 public:
  // All zero: the entry is empty.
  struct entry {
    generation made_in;
    std::uint64_t hash;
    std::uint32_t listener;
    std::uint16_t query_size;
    std::uint16_t answer_size;
    std::uint16_t nanoseconds_at;      // where the answer has those of its instant
    std::array<std::byte, 192> query;  // without its id
    std::array<std::byte, 768> answer;
  };

  // Another listener's answers differ, since its defaults do.
  [[nodiscard]] std::uint32_t new_listener() noexcept { return ++last_listener_; }

  // The answer to that query packet, made in that generation; nullptr where there is none.
  [[nodiscard]] const entry* find(std::uint32_t listener, std::span<const std::byte> query,
                                  const generation& now) const noexcept;

  // Stores an answer packet for the current time, unless one of them is too long.
  void store(std::uint32_t listener, std::span<const std::byte> query,
             std::span<const std::byte> answer, const generation& now) noexcept;

 private:
  static constexpr std::size_t set_count = 256;
  static constexpr std::size_t set_size = 4;
  using entry_set = std::array<entry, set_size>;
  base::zeroed_array<entry_set> sets_{set_count};
  std::uint32_t last_listener_ = 0;
};

// Writes a cached answer with another id and other nanoseconds; returns its size, or 0 where it does not
// fit.
[[nodiscard]] std::size_t write_cached(const packet_cache::entry& cached, std::uint32_t id,
                                       std::uint32_t nanoseconds,
                                       std::span<std::byte> out) noexcept;

}  // namespace polyclock::service
