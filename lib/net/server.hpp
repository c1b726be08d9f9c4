// All workers with their threads: starts, drains and joins them. The daemon's main owns the only
// one, a test as many as it likes.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "net/connection_quota.hpp"
#include "net/limits.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"
#include "net/source_rules.hpp"
#include "net/worker.hpp"

namespace polyclock::net {

class server {
 public:
  server(std::size_t worker_count, const limits& limits, reporter report);
  ~server();  // stops what still runs

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  // Before `start`: `make_service(index)` makes the service of one worker. The endpoint brings one
  // socket for each worker.
  template <typename MakeService>
  void listen(bound_endpoint endpoint, MakeService make_service) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i].listen(std::move(endpoint.sockets.at(i)), make_service(i));
    }
    socket_files_.push_back(std::move(endpoint.file));
  }

  // Likewise for datagrams.
  template <typename MakeService>
  void listen(bound_endpoint endpoint, MakeService make_service, const source_rules& rules) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i].listen(std::move(endpoint.sockets.at(i)), make_service(i), rules);
    }
  }

  void start();

  // Stops accepting and lets the sessions answer what they have; `is_finished` tells when they
  // have.
  void drain();
  // Ends every session at once; to be called after `drain`.
  void abort();
  // Ends the loops as they are.
  void stop();

  [[nodiscard]] bool is_finished() const noexcept { return running_.load() == 0; }
  [[nodiscard]] std::size_t connections() const noexcept { return quota_.open(); }

  // Waits for the threads.
  void join();

  void apply(const limits& limits);

  // Calls `make_task(index)()` on each worker's thread, between two requests.
  template <typename MakeTask>
  void post(MakeTask make_task) {
    for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i].post(make_task(i));
  }

 private:
  reporter report_;
  connection_quota quota_;
  std::deque<worker> workers_;
  std::vector<socket_file> socket_files_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> running_{0};
};

}  // namespace polyclock::net
