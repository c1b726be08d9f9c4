// Text of bounded length in its own storage, which is written without heap calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace polyclock::base {

template <std::size_t Capacity>
class bounded_text {
 public:
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  // Whether something was left out because it did not fit.
  [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

  void clear() noexcept {
    size_ = 0;
    overflowed_ = false;
  }

  bounded_text& operator=(std::string_view whole) noexcept {
    clear();
    return *this << whole;
  }

  bounded_text& operator<<(std::string_view part) noexcept {
    if (part.size() > bytes_.size() - size_) {
      overflowed_ = true;
    } else if (!part.empty()) {
      std::memcpy(bytes_.data() + size_, part.data(), part.size());
      size_ += part.size();
    }
    return *this;
  }

  bounded_text& operator<<(char c) noexcept { return *this << std::string_view(&c, 1); }

  // Decimal digits, with zeros in front up to `width`.
  bounded_text& number(std::uint32_t value, std::size_t width = 1) noexcept {
    std::array<char, 10> digits;
    std::size_t first = digits.size();
    do {
      digits[--first] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value > 0);
    while (digits.size() - first < width && first > 0) digits[--first] = '0';
    return *this << std::string_view(digits.data() + first, digits.size() - first);
  }

 private:
  std::size_t size_ = 0;
  bool overflowed_ = false;
  std::array<char, Capacity> bytes_;
};

}  // namespace polyclock::base
