// The buffer that each connection has of its own: inside it where it is small, else a block that can be given up.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace polyclock::protocol {

template <std::size_t Size>
class own_buffer {
 public:
  [[nodiscard]] std::span<std::byte> space() noexcept {
    return block_ ? std::span(block_.get(), Size) : std::span(rest_);
  }
  [[nodiscard]] std::size_t size() const noexcept { return block_ ? Size : rest_.size(); }

  // From now on there is room for a few bytes. Whatever was in it is lost.
  void give_up() noexcept { block_.reset(); }

 private:
  std::unique_ptr<std::byte[]> block_ = std::make_unique_for_overwrite<std::byte[]>(Size);
  std::array<std::byte, 32> rest_;
};

template <std::size_t Size>
  requires(Size <= 256)
class own_buffer<Size> {
 public:
  [[nodiscard]] std::span<std::byte> space() noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  void give_up() noexcept {}

 private:
  std::array<std::byte, Size> bytes_;
};

}  // namespace polyclock::protocol
