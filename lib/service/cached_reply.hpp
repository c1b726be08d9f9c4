// The last reply of one kind, cached for the second in which it was made. Services whose replies depend on nothing
// but the time have one.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include "service/generation.hpp"
#include "service/reply.hpp"

namespace polyclock::service {

template <std::size_t SizeMax>
class cached_reply {
 public:
  // Writes the cached reply of this generation, or the one that `make(out)` makes, which is cached where it is
  // no longer than `SizeMax` bytes.
  template <typename Make>
  reply write(const generation& now, std::span<std::byte> out, Make make) noexcept {
    auto took = protocol::cost::cached;
    if (size_ == 0 || generation_ != now) {
      const reply made = make(std::span(bytes_));
      if (made.wants_time) return made;
      size_ = made.size;
      generation_ = now;
      took = made.took;
    }
    if (size_ == 0 || size_ > out.size()) return make(out);
    std::memcpy(out.data(), bytes_.data(), size_);
    return {size_, took};
  }

 private:
  generation generation_{};
  std::size_t size_ = 0;  // 0: nothing is cached
  std::array<std::byte, SizeMax> bytes_;
};

}  // namespace polyclock::service
