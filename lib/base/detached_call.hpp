// Calls with a deadline what has none of its own, such as getaddrinfo(3).
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace polyclock::base {

// The result of `call()`; empty after the deadline. It runs in a thread of its own, which may outlive this call, so
// `call` owns all that it uses.
template <typename Call>
[[nodiscard]] auto call_until(Call call, std::chrono::steady_clock::time_point until)
    -> std::optional<decltype(call())> {
  struct pending {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<decltype(call())> result;
  };
  const auto shared = std::make_shared<pending>();
  std::thread([shared, call = std::move(call)] {
    auto result = call();
    const std::lock_guard lock(shared->mutex);
    shared->result = std::move(result);
    shared->done.notify_one();
  }).detach();
  std::unique_lock lock(shared->mutex);
  shared->done.wait_until(lock, until, [&] { return shared->result.has_value(); });
  return std::move(shared->result);
}

}  // namespace polyclock::base
