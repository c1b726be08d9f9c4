// Whole HTTP responses, cached for the tenth of a second in which they were made: a request with the same bytes gets
// the same response, unread. All HTTP listeners of a worker share one; its size never changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/zeroed_array.hpp"
#include "service/generation.hpp"

namespace polyclock::service {

class response_cache {
 public:
  // All zero: the entry is empty.
  struct entry {
    generation made_in;
    std::uint64_t hash;
    std::uint32_t listener;
    std::uint16_t head_size;
    std::uint16_t response_size;
    bool is_last;  // of its connection
    std::uint8_t error;
    std::array<std::byte, 768> head;  // of the request
    std::array<std::byte, 1280> response;
  };

  // Another listener's responses differ, since its defaults do.
  [[nodiscard]] std::uint32_t new_listener() noexcept { return ++last_listener_; }

  // The response to a request with that head, made in that generation; nullptr where there is none.
  [[nodiscard]] const entry* find(std::uint32_t listener, std::span<const std::byte> head,
                                  const generation& now) const noexcept;

  struct stored {
    std::span<const std::byte> head;
    std::span<const std::byte> response;
    bool is_last;
    std::uint8_t error;
  };
  // Unless one of them is too long.
  void store(std::uint32_t listener, const stored& fresh, const generation& now) noexcept;

 private:
  static constexpr std::size_t set_count = 256;
  static constexpr std::size_t set_size = 4;
  using entry_set = std::array<entry, set_size>;
  base::zeroed_array<entry_set> sets_{set_count};
  std::uint32_t last_listener_ = 0;
};

}  // namespace polyclock::service
