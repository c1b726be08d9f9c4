// Buffers for the sessions of one listener: a session has one while it is busy, so that idle connections cost next
// to nothing and busy ones share what the processor has at hand. Some are kept for the next ones; the rest is freed.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace polyclock::net {

template <typename Buffers>
class buffer_pool {
 public:
  buffer_pool() { kept_.reserve(kept_max); }

  // May throw where memory is short.
  [[nodiscard]] std::unique_ptr<Buffers> take() {
    std::unique_ptr<Buffers> buffers;
    if (kept_.empty()) {
      buffers = std::make_unique_for_overwrite<Buffers>();
    } else {
      buffers = std::move(kept_.back());
      kept_.pop_back();
    }
    ++lent_;
    return buffers;
  }

  void give_back(std::unique_ptr<Buffers> buffers) noexcept {
    --lent_;
    if (kept_.size() < kept_max) kept_.push_back(std::move(buffers));
  }

  [[nodiscard]] std::size_t lent() const noexcept { return lent_; }
  // Whether so many are lent that sessions return theirs as soon as they can do without.
  [[nodiscard]] bool is_short() const noexcept { return lent_ > lent_max; }

 private:
  static constexpr std::size_t kept_max = 256;  // as many as two polls of the kernel make ready
  static constexpr std::size_t lent_max = 256;

  std::size_t lent_ = 0;
  std::vector<std::unique_ptr<Buffers>> kept_;
};

}  // namespace polyclock::net
