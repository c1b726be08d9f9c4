// All workers with their threads: starts, drains and joins them. The daemon's main owns the only
// one, a test as many as it likes.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "net/client_errors.hpp"
#include "net/connection_quota.hpp"
#include "net/counters.hpp"
#include "net/datagram/source_rules.hpp"
#include "net/limits.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"
#include "net/worker.hpp"

namespace polyclock::net {

class server {
 public:
  server(std::size_t worker_count, const limits& limits, reporter report);
  ~server();  // stops what still runs

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  // Listeners come and go before `start` and while the server runs. `make_service(index)` makes the
  // service of one worker. An endpoint brings a socket for each worker, or for the first ones alone.
  // The rules are those of its kind, `stream_rules` or `source_rules`; one of datagrams has to have them.
  template <typename MakeService, typename... Rules>
  listener_id listen(bound_endpoint endpoint, MakeService make_service, const Rules&... rules) {
    const listener_id id = next_id_++;
    for (std::size_t i = 0; i < endpoint.sockets.size(); ++i) {
      workers_.at(i).listen(id, std::move(endpoint.sockets[i]), make_service(i), rules...);
    }
    socket_files_.emplace(id, std::move(endpoint.file));
    return id;
  }

  // Another service of the same type for a listener, and other rules.
  template <typename MakeService, typename... Rules>
  void replace_service(listener_id id, MakeService make_service, const Rules&... rules) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i].replace_service(id, make_service(i), rules...);
    }
  }

  // Stops listening; the sessions go on.
  void retire(listener_id id);

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
  [[nodiscard]] std::size_t connections_max() const noexcept { return quota_.max(); }

  // Whether every worker has answered the previous heartbeat; sends the next one.
  [[nodiscard]] bool heartbeat();
  // Of all workers, by listener, as of the last heartbeat that each answered.
  [[nodiscard]] std::map<listener_id, counters> counted() const;
  // The networks whose clients have caused the most errors, at most 8, the worst first.
  [[nodiscard]] std::vector<client_errors::entry> errors_by_network() const;

  // Waits for the threads.
  void join();

  void apply(const limits& limits);

  // The clock or the tz database is another one.
  void wake_subscribers();

  // Calls `make_task(index)()` on each worker's thread, between two requests.
  template <typename MakeTask>
  void post(MakeTask make_task) {
    for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i].post(make_task(i));
  }

 private:
  void make_room_beside(std::size_t index);

  reporter report_;
  connection_quota quota_;
  std::deque<worker> workers_;
  listener_id next_id_ = 1;
  std::map<listener_id, socket_file> socket_files_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> running_{0};
};

}  // namespace polyclock::net
