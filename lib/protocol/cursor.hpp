// Big-endian cursors over a caller's bytes; every encoder and decoder of this library walks on one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace polyclock::protocol {

// Reads big-endian integers and byte runs. Reading past the end yields zeros and empty runs and
// makes the cursor fail for good, so a decoder may read a whole structure and test `failed()` once.
class input_cursor {
 public:
  explicit input_cursor(std::span<const std::byte> bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

  template <std::integral Integer>
  Integer take() noexcept {
    constexpr std::size_t size = sizeof(Integer);
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | std::to_integer<std::uint64_t>(rest_[i]);
    }
    rest_ = rest_.subspan(size);
    return static_cast<Integer>(value);
  }

  std::span<const std::byte> take_bytes(std::size_t count) noexcept {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  // The bytes as text; nothing is checked.
  std::string_view take_text(std::size_t count) noexcept {
    const auto taken = take_bytes(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

 private:
  std::span<const std::byte> rest_;
  bool failed_ = false;
};

// Writes big-endian integers and byte runs. A write that does not fit writes nothing and makes the
// cursor fail for good.
class output_cursor {
 public:
  explicit output_cursor(std::span<std::byte> space) noexcept : space_(space) {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return space_.size() - size_; }

  template <std::integral Integer>
  void put(Integer value) noexcept {
    const auto bits = static_cast<std::uint64_t>(value);
    if (!reserve(sizeof(Integer))) return;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      space_[size_++] = static_cast<std::byte>(bits >> 8 * (sizeof(Integer) - 1 - i));
    }
  }

  void put_text(std::string_view text) noexcept {
    if (text.empty() || !reserve(text.size())) return;
    std::memcpy(space_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }

  // Writes over the two bytes at `position`, which have been written before.
  void patch(std::size_t position, std::uint16_t value) noexcept {
    if (failed_ || size_ < 2 || position > size_ - 2) return;
    space_[position] = static_cast<std::byte>(value >> 8);
    space_[position + 1] = static_cast<std::byte>(value & 0xFF);
  }

 private:
  bool reserve(std::size_t count) noexcept {
    if (count > space_.size() - size_) failed_ = true;
    return !failed_;
  }

  std::span<std::byte> space_;
  std::size_t size_ = 0;
  bool failed_ = false;
};

}  // namespace polyclock::protocol
