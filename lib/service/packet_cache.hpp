// Whole answers that may be sent again within the second in which they were made: a query that comes with the
// same bytes but another id gets the same packet with its own id and instant. Each DT service has one; its size
// never changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "service/answer_epoch.hpp"

namespace polyclock::service {

class packet_cache {
 public:
  struct entry {
    answer_epoch epoch;
    std::uint64_t hash;
    std::uint16_t query_size = 0;  // 0: nothing is kept here
    std::uint16_t answer_size;
    std::uint16_t nanoseconds_at;      // where the answer has those of its instant
    std::array<std::byte, 192> query;  // without its id
    std::array<std::byte, 768> answer;
  };

  packet_cache();

  // The answer to that query packet, made in that epoch; nullptr where there is none.
  [[nodiscard]] const entry* find(std::span<const std::byte> query,
                                  const answer_epoch& epoch) const noexcept;

  // Keeps an answer packet, which tells the time now, unless one of them is too long.
  void keep(std::span<const std::byte> query, std::span<const std::byte> answer,
            const answer_epoch& epoch) noexcept;

 private:
  static constexpr std::size_t set_count = 256;
  static constexpr std::size_t set_size = 4;
  using entry_set = std::array<entry, set_size>;

  std::unique_ptr<std::array<entry_set, set_count>> sets_;
};

// Writes a kept answer with another id and other nanoseconds; returns its size, or 0 where it does not
// fit.
[[nodiscard]] std::size_t write_kept(const packet_cache::entry& kept, std::uint32_t id,
                                     std::uint32_t nanoseconds, std::span<std::byte> out) noexcept;

}  // namespace polyclock::service
