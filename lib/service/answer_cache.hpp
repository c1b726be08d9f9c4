// A set-associative cache of rendered answers, each valid for as long as its text stays true. Each worker's answerer
// has one; its size never changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/zeroed_array.hpp"
#include "clock/instant.hpp"
#include "clock/zone.hpp"
#include "format/formatter.hpp"

namespace polyclock::service {

// Everything that a text depends on but the instant, as bytes.
using answer_key = base::bounded_text<192>;

struct cached_answer {
  answer_key key;
  const clock::zone* zone = nullptr;  // nullptr: the entry is empty
  format::rendering rendering;
  std::optional<clock::transition> next_transition;
  clock::instant from;  // the instant that was rendered

  // Whether the text and the transition are right at an instant.
  [[nodiscard]] bool holds_at(clock::instant when) const noexcept {
    const bool before_end = !rendering.valid_until || when < *rendering.valid_until;
    const bool before_change = !next_transition || when.seconds < next_transition->seconds;
    return when >= from && before_end && before_change;
  }
};

class answer_cache {
 public:
  // The entry of that key; nullptr where there is none.
  [[nodiscard]] const cached_answer* find(const answer_key& key) const noexcept;

  // Where an answer is made, before it is known whether there is one. Its key is that of the query.
  [[nodiscard]] cached_answer& draft(const answer_key& key) noexcept;

  // Keeps the draft in the place of an older answer, and returns it.
  const cached_answer& store_draft() noexcept;

  void clear() noexcept;

 private:
  static constexpr std::size_t buckets = 256;
  static constexpr std::size_t bucket_size = 4;

  struct bucket {
    std::array<cached_answer, bucket_size> entries;
    std::uint8_t next_victim = 0;
  };

  base::zeroed_array<bucket> buckets_{buckets};
  cached_answer draft_;
};

}  // namespace polyclock::service
