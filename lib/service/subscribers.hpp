// How many subscribers there are in all of the daemon, and how many there may be. All workers share one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace polyclock::service {

class subscribers {
 public:
  explicit subscribers(std::size_t count_max = 10'000) noexcept : max_(count_max) {}

  // Those that there are stay.
  void set_max(std::size_t count) noexcept { max_ = count; }

  [[nodiscard]] bool take() noexcept {
    if (count_.fetch_add(1) < max_.load()) return true;
    --count_;
    ++refused_;
    return false;
  }
  void give_back() noexcept { --count_; }

  // How many have got no place so far.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> max_;
  std::atomic<std::uint64_t> refused_{0};
};

// One subscriber's place, given back with this object.
class subscriber_place {
 public:
  subscriber_place() = default;
  // Empty where there is none left.
  explicit subscriber_place(const std::shared_ptr<subscribers>& of)
      : of_(of->take() ? of : nullptr) {}
  ~subscriber_place() {
    if (of_) of_->give_back();
  }

  subscriber_place(subscriber_place&& other) noexcept : of_(std::move(other.of_)) {}
  subscriber_place& operator=(subscriber_place&& other) noexcept {
    std::swap(of_, other.of_);
    return *this;
  }

  [[nodiscard]] explicit operator bool() const noexcept { return of_ != nullptr; }

 private:
  std::shared_ptr<subscribers> of_;
};

}  // namespace polyclock::service
