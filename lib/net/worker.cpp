#include "net/worker.hpp"

#include <algorithm>

namespace polyclock::net {

worker::worker(const limits& limits, connection_quota& quota, const reporter& report,
               std::function<void()> on_crowded)
    : limits_(limits),
      until_drained_(context_.get_executor()),
      scheduler_(context_),
      clock_watch_(context_, [this] { wake_subscribers(); }),
      environment_{context_,
                   scheduler_.get(),
                   limits_,
                   quota,
                   report,
                   idle_,
                   errors_,
                   std::move(on_crowded),
                   [this] { post([this] { remove_finished(); }); }} {}

// Operations that are outstanding end before what they belong to is destroyed.
worker::~worker() {
  context_.restart();
  context_.poll();  // what has been posted, such as listeners
  is_draining_ = true;
  for (const auto& [id, listener] : listeners_) listener->abort();
  remove_finished();
  context_.restart();
  while (!listeners_.empty() && context_.run_one() > 0) continue;
}

void worker::run() {
  context_.run();
  publish_counters();
  has_ended_ = true;
}

void worker::publish_counters() {
  const std::lock_guard lock(counted_mutex_);
  counted_ = counters_;
  counted_errors_ = errors_.entries();
}

void worker::add(listener_id id, std::unique_ptr<listener> made) {
  listener& added = *listeners_.emplace(id, std::move(made)).first->second;
  added.start();
  if (is_draining_) added.drain();
}

void worker::retire(listener_id id) {
  post([this, id] {
    if (auto* one = find<listener>(id)) one->retire();
  });
}

void worker::make_room() {
  post([this] { idle_.close_oldest(coarse_now()); });
}

void worker::wake_subscribers() {
  post([this] {
    for (const auto& [id, listener] : listeners_) listener->wake_subscribers();
  });
}

void worker::drain() {
  post([this] {
    is_draining_ = true;
    for (const auto& [id, listener] : listeners_) listener->drain();
    remove_finished();
  });
}

void worker::abort() {
  post([this] {
    for (const auto& [id, listener] : listeners_) listener->abort();
  });
}

// With the last session of a drain the loop has nothing left to wait for.
void worker::remove_finished() {
  std::erase_if(listeners_, [](const auto& entry) { return entry.second->is_finished(); });
  if (!is_draining_ || !listeners_.empty()) return;
  until_drained_.reset();
  scheduler_.stop();
  clock_watch_.stop();
}

void worker::apply(const limits& limits) {
  post([this, limits] {
    limits_ = limits;
    if (buckets_) buckets_->set_rate(limits.datagram_rate);
  });
}

bool worker::heartbeat() {
  if (has_ended_) return true;
  if (heartbeat_pending_.exchange(true)) return false;
  post([this] {
    publish_counters();
    heartbeat_pending_ = false;
  });
  return true;
}

std::map<listener_id, counters> worker::counted() const {
  const std::lock_guard lock(counted_mutex_);
  return counted_;
}

client_errors::table worker::errors_by_network() const {
  const std::lock_guard lock(counted_mutex_);
  return counted_errors_;
}

token_buckets& worker::buckets() {
  if (!buckets_) {
    buckets_ = std::make_unique<token_buckets>();
    buckets_->set_rate(limits_.datagram_rate);
  }
  return *buckets_;
}

}  // namespace polyclock::net
