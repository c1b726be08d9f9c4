// A large table of which little may be used: its pages take memory only once they are written. Caches use it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace polyclock::base {

// Elements begin as zero bytes, which has to be a valid value of theirs. Throws where memory is short.
template <typename T>
class zeroed_array {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit zeroed_array(std::size_t size)
      : size_(size), elements_(static_cast<T*>(std::calloc(size, sizeof(T)))) {
    if (!elements_) throw std::bad_alloc();
  }

  [[nodiscard]] T& operator[](std::size_t index) noexcept { return elements_[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return elements_[index]; }
  [[nodiscard]] T* begin() noexcept { return elements_.get(); }
  [[nodiscard]] T* end() noexcept { return elements_.get() + size_; }

 private:
  struct release {
    void operator()(T* elements) const noexcept { std::free(elements); }
  };

  std::size_t size_;
  std::unique_ptr<T[], release> elements_;
};

}  // namespace polyclock::base
