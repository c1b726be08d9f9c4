#include "net/worker.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace polyclock::net {

void worker::run() {
  const auto rethrow = [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(context_, mailbox_.run(), rethrow);
  asio::co_spawn(context_, ready_.run(), rethrow);
  asio::co_spawn(context_, sweep(), rethrow);
  context_.run();
}

void worker::add(listener_id id, std::unique_ptr<listener> made) {
  made->start();
  if (draining_) {
    made->drain();
    alarm_.set(steady_clock::now());
  }
  listeners_.emplace(id, std::move(made));
}

void worker::retire(listener_id id) {
  post([this, id] {
    if (auto* one = find<listener>(id)) one->retire();
    alarm_.set(steady_clock::now());
  });
}

void worker::drain() {
  post([this] {
    draining_ = true;
    for (const auto& [id, listener] : listeners_) listener->drain();
    alarm_.set(steady_clock::now());
  });
}

void worker::abort() {
  post([this] {
    for (const auto& [id, listener] : listeners_) listener->abort();
    alarm_.set(steady_clock::now());
  });
}

void worker::apply(const limits& limits) {
  post([this, limits] {
    limits_ = limits;
    if (buckets_) buckets_->set_rate(limits.datagram_rate);
  });
}

bool worker::comes_round() {
  if (asked_to_come_round_.exchange(true)) return false;
  post([this] {
    const std::lock_guard lock(counted_mutex_);
    counted_ = tally_;
    asked_to_come_round_ = false;
  });
  return true;
}

tally worker::counted() const {
  const std::lock_guard lock(counted_mutex_);
  return counted_;
}

token_buckets& worker::buckets() {
  if (!buckets_) {
    buckets_ = std::make_unique<token_buckets>();
    buckets_->set_rate(limits_.datagram_rate);
  }
  return *buckets_;
}

bool worker::is_finished() const {
  return std::all_of(listeners_.begin(), listeners_.end(),
                     [](const auto& entry) { return entry.second->is_finished(); });
}

// With the last session of a drain it ends, and with it the loop has nothing left to wait for.
awaitable<> worker::sweep() {
  while (!draining_ || !is_finished()) {
    co_await alarm_.ring();
    const auto now = steady_clock::now();
    for (const auto& [id, listener] : listeners_) listener->sweep(now);
    std::erase_if(listeners_, [](const auto& entry) { return entry.second->is_finished(); });
  }
  ready_.close();
  mailbox_.close();
}

}  // namespace polyclock::net
