// The last reply of one kind, which may be sent again within the second in which it was made. Services whose
// replies depend on nothing but the time have one.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include "service/answer_epoch.hpp"

namespace polyclock::service {

template <std::size_t SizeMax>
class kept_reply {
 public:
  // Writes to `out` what `make(out)` writes there in this epoch, calling it only where that is not
  // known; returns the size. A reply is kept where it has room in `SizeMax` bytes.
  template <typename Make>
  std::size_t write(const answer_epoch& epoch, std::span<std::byte> out, Make make) noexcept {
    if (size_ == 0 || epoch_ != epoch) {
      size_ = make(std::span(bytes_));
      epoch_ = epoch;
    }
    if (size_ == 0 || size_ > out.size()) return make(out);
    std::memcpy(out.data(), bytes_.data(), size_);
    return size_;
  }

 private:
  answer_epoch epoch_;
  std::size_t size_ = 0;  // 0: nothing is kept
  std::array<std::byte, SizeMax> bytes_;
};

}  // namespace polyclock::service
