// Room inside a connection for the one asynchronous operation that it has outstanding, so that starting one makes
// no heap call: the associated allocator of its handlers.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace polyclock::net {

struct operation_memory {
  alignas(std::max_align_t) std::array<std::byte, 160> bytes;
  bool is_used = false;
};

template <typename T>
class operation_allocator {
 public:
  using value_type = T;

  explicit operation_allocator(operation_memory& memory) noexcept : memory_(&memory) {}
  template <typename Other>
  operation_allocator(const operation_allocator<Other>& other) noexcept : memory_(other.memory()) {}
  bool operator==(const operation_allocator&) const = default;

  // What does not fit is on the heap.
  [[nodiscard]] T* allocate(std::size_t count) {
    const std::size_t size = count * sizeof(T);
    if (memory_->is_used || size > memory_->bytes.size()) {
      return static_cast<T*>(::operator new(size));
    }
    memory_->is_used = true;
    return reinterpret_cast<T*>(memory_->bytes.data());
  }

  void deallocate(T* one, std::size_t) noexcept {
    if (static_cast<void*>(one) != memory_->bytes.data()) return ::operator delete(one);
    memory_->is_used = false;
  }

  [[nodiscard]] operation_memory* memory() const noexcept { return memory_; }

 private:
  operation_memory* memory_;
};

}  // namespace polyclock::net
