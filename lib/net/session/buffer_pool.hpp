// Buffers for the sessions of one listener: a session has one while it is busy, so that idle connections cost next
// to nothing and busy ones share what is in the processor's caches. Some returned ones are cached; the rest is freed.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace polyclock::net {

template <typename Buffers>
class buffer_pool {
 public:
  buffer_pool() { cached_.reserve(cached_max); }

  // May throw where memory is short.
  [[nodiscard]] std::unique_ptr<Buffers> take() {
    std::unique_ptr<Buffers> buffers;
    if (cached_.empty()) {
      buffers = std::make_unique_for_overwrite<Buffers>();
    } else {
      buffers = std::move(cached_.back());
      cached_.pop_back();
    }
    ++lent_;
    return buffers;
  }

  void give_back(std::unique_ptr<Buffers> buffers) noexcept {
    --lent_;
    if (cached_.size() < cached_max) cached_.push_back(std::move(buffers));
  }

  [[nodiscard]] std::size_t lent() const noexcept { return lent_; }
  // Whether so many are lent that sessions return theirs as soon as they can do without.
  [[nodiscard]] bool is_short() const noexcept { return lent_ > lent_max; }

 private:
  static constexpr std::size_t cached_max = 256;  // as many as two polls of the kernel make ready
  static constexpr std::size_t lent_max = 256;

  std::size_t lent_ = 0;
  std::vector<std::unique_ptr<Buffers>> cached_;
};

}  // namespace polyclock::net
