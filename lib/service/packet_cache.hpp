// Whole answer packets, cached for the second in which they were made: a query with the same bytes but another id
// gets the same packet with its own id and instant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "service/reply_cache.hpp"

namespace polyclock::service {

class packet_cache {
 public:
  [[nodiscard]] std::uint32_t new_listener() noexcept { return packets_.new_listener(); }

  // Writes the answer to that query, made in that generation, with the query's id and these nanoseconds; returns
  // its size, or 0 where there is none.
  [[nodiscard]] std::size_t write(std::uint32_t listener, std::span<const std::byte> query,
                                  const generation& now, std::uint32_t nanoseconds,
                                  std::span<std::byte> out) const noexcept;

  // Stores an answer packet for the current time, unless one of them is too long.
  void store(std::uint32_t listener, std::span<const std::byte> query,
             std::span<const std::byte> answer, const generation& now) noexcept;

 private:
  struct facts {
    std::uint16_t nanoseconds_at;  // where the answer has those of its instant
  };
  // By queries without their header; an answer with 64 phrases of times fits.
  reply_cache<192, 2560, facts> packets_;
};

}  // namespace polyclock::service
