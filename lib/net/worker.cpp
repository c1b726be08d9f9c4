#include "net/worker.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>

namespace polyclock::net {
namespace {

constexpr auto sweep_interval = std::chrono::milliseconds(250);
constexpr auto drain_interval = std::chrono::milliseconds(10);

}  // namespace

void worker::run() {
  for (const auto& listener : listeners_) listener->start();
  asio::co_spawn(context_, sweep(), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context_.run();
}

void worker::drain() {
  asio::post(context_, [this] {
    draining_ = true;
    for (const auto& listener : listeners_) listener->drain();
    sweep_timer_.cancel();
  });
}

void worker::abort() {
  asio::post(context_, [this] {
    for (const auto& listener : listeners_) listener->abort();
  });
}

void worker::apply(const limits& limits) {
  asio::post(context_, [this, limits] {
    limits_ = limits;
    if (buckets_) buckets_->set_rate(limits.datagram_rate);
  });
}

void worker::post(std::function<void()> task) {
  asio::post(context_, std::move(task));
}

bool worker::has_sessions() const {
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [](const auto& listener) { return listener->has_sessions(); });
}

// With the last session of a drain it ends, and with it the loop has nothing left to wait for.
awaitable<> worker::sweep() {
  auto next = steady_clock::time_point::max();
  while (!draining_ || has_sessions()) {
    const auto interval = draining_ ? drain_interval : sweep_interval;
    sweep_timer_.expires_at(std::min(next, steady_clock::now() + interval));
    co_await sweep_timer_.async_wait(as_result);
    const auto now = steady_clock::now();
    next = steady_clock::time_point::max();
    for (const auto& listener : listeners_) next = std::min(next, listener->sweep(now));
  }
}

}  // namespace polyclock::net
