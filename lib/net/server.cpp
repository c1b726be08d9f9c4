#include "net/server.hpp"

#include <algorithm>

namespace polyclock::net {

server::server(std::size_t worker_count, const limits& limits, reporter report)
    : report_(std::move(report)) {
  quota_.set_max(limits.connections_max, limits.connections_max_per_address);
  for (std::size_t i = 0; i < worker_count; ++i) {
    workers_.emplace_back(limits, quota_, report_, [this, i] { make_room_beside(i); });
  }
}

server::~server() {
  stop();
  join();
}

void server::start() {
  running_ = workers_.size();
  for (worker& worker : workers_) {
    threads_.emplace_back([this, &worker] {
      worker.run();
      --running_;
    });
  }
}

// Called by the worker of that index, whose own connections have all been of use.
void server::make_room_beside(std::size_t index) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (i != index) workers_[i].make_room();
  }
}

void server::retire(listener_id id) {
  socket_files_.erase(id);
  for (worker& worker : workers_) worker.retire(id);
}

bool server::heartbeat() {
  bool all = true;
  for (worker& worker : workers_) all = worker.heartbeat() && all;
  return all;
}

std::map<listener_id, counters> server::counted() const {
  std::map<listener_id, counters> sums;
  for (const worker& worker : workers_) {
    for (const auto& [id, counts] : worker.counted()) sums[id] += counts;
  }
  return sums;
}

std::vector<client_errors::entry> server::errors_by_network() const {
  constexpr std::size_t count_max = 8;
  std::map<address_prefix, std::uint64_t> sums;
  for (const worker& worker : workers_) {
    for (const auto& [network, count] : worker.errors_by_network()) {
      if (count > 0) sums[network] += count;
    }
  }
  std::vector<client_errors::entry> worst;
  for (const auto& [network, count] : sums) worst.push_back({network, count});
  std::stable_sort(worst.begin(), worst.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  if (worst.size() > count_max) worst.resize(count_max);
  return worst;
}

void server::drain() {
  socket_files_.clear();
  for (worker& worker : workers_) worker.drain();
}

void server::abort() {
  for (worker& worker : workers_) worker.abort();
}

void server::stop() {
  for (worker& worker : workers_) worker.stop();
}

void server::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void server::wake_subscribers() {
  for (worker& worker : workers_) worker.wake_subscribers();
}

void server::apply(const limits& limits) {
  quota_.set_max(limits.connections_max, limits.connections_max_per_address);
  for (worker& worker : workers_) worker.apply(limits);
}

}  // namespace polyclock::net
