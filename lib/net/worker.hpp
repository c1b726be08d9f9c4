// One thread's share of the server: an event loop, its scheduler and its listeners. Nothing here is shared with
// another worker but the quota; other threads post.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "net/accept/stream_listener.hpp"
#include "net/asio.hpp"
#include "net/client_errors.hpp"
#include "net/clock_watch.hpp"
#include "net/connection_quota.hpp"
#include "net/counters.hpp"
#include "net/datagram/datagram_listener.hpp"
#include "net/datagram/token_buckets.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"
#include "net/schedule/scheduler_loop.hpp"

namespace polyclock::net {

class worker {
 public:
  // `on_crowded`: no connection here makes room for another one; those of other workers may.
  worker(const limits& limits, connection_quota& quota, const reporter& report,
         std::function<void()> on_crowded);
  ~worker();

  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  // Serves until it is drained or stopped.
  void run();

  // All that follows: from any thread, also before `run`.

  template <protocol::stream_service Service>
  void listen(listener_id id, listening_socket socket, Service service) {
    listen(id, std::move(socket), std::move(service), stream_rules<>());
  }

  template <protocol::stream_service Service, stream_layer Layer>
  void listen(listener_id id, listening_socket socket, Service service, stream_rules<Layer> rules) {
    post([this, id, socket = std::move(socket), service = std::move(service),
          rules = std::move(rules)]() mutable {
      add(id, std::make_unique<stream_listener<Service, Layer>>(
                  environment_, counters_[id], std::move(socket), std::move(service),
                  std::move(rules)));
    });
  }

  template <protocol::datagram_service Service>
  void listen(listener_id id, listening_socket socket, Service service, source_rules rules) {
    post([this, id, socket = std::move(socket), service = std::move(service),
          rules = std::move(rules)]() mutable {
      add(id, std::make_unique<datagram_listener<Service>>(environment_, counters_[id],
                                                           std::move(socket), std::move(service),
                                                           std::move(rules), buckets()));
    });
  }

  // Gives a listener another service of the same type, and other rules.
  template <typename Service, stream_layer Layer>
  void replace_service(listener_id id, Service service, stream_rules<Layer> rules) {
    post([this, id, service = std::move(service), rules = std::move(rules)]() mutable {
      if (auto* one = find<stream_listener<Service, Layer>>(id)) {
        one->replace_service(std::move(service), std::move(rules));
      }
    });
  }
  template <typename Service>
  void replace_service(listener_id id, Service service, source_rules rules) {
    post([this, id, service = std::move(service), rules = std::move(rules)]() mutable {
      if (auto* one = find<datagram_listener<Service>>(id)) {
        one->replace_service(std::move(service), std::move(rules));
      }
    });
  }

  // Stops listening; the sessions go on.
  void retire(listener_id id);

  // Closes the connection that has waited longest for its peer.
  void make_room();

  void drain();
  void abort();
  void stop() { context_.stop(); }
  void apply(const limits& limits);

  // The clock or the tz database is another one: texts may have changed at once.
  void wake_subscribers();

  // Calls it on the worker's thread, between two requests.
  template <typename Task>
  void post(Task task) {
    asio::post(context_, std::move(task));
  }

  // Whether the worker has answered the previous heartbeat, or has nothing to do any more; sends the next one.
  [[nodiscard]] bool heartbeat();
  // By listener, those that are gone too; as of the last heartbeat that it answered.
  [[nodiscard]] std::map<listener_id, counters> counted() const;
  [[nodiscard]] client_errors::table errors_by_network() const;

 private:
  using work_guard = asio::executor_work_guard<executor>;

  void publish_counters();
  void add(listener_id id, std::unique_ptr<listener> made);
  void remove_finished();
  [[nodiscard]] token_buckets& buckets();

  template <typename Listener>
  Listener* find(listener_id id) {
    const auto found = listeners_.find(id);
    return found == listeners_.end() ? nullptr : dynamic_cast<Listener*>(found->second.get());
  }

  limits limits_;
  std::map<listener_id, counters> counters_;  // outlive the listeners
  std::atomic<bool> heartbeat_pending_{false};
  std::atomic<bool> has_ended_{false};
  mutable std::mutex counted_mutex_;  // guards what follows
  std::map<listener_id, counters> counted_;
  client_errors::table counted_errors_{};
  asio::io_context context_{1};  // one thread runs it
  std::optional<work_guard> until_drained_;
  scheduler_loop scheduler_;
  clock_watch clock_watch_;
  bool is_draining_ = false;
  idle_connections idle_;
  client_errors errors_;
  listener_environment environment_;
  std::unique_ptr<token_buckets> buckets_;  // where there are datagram listeners
  std::map<listener_id, std::unique_ptr<listener>> listeners_;
};

}  // namespace polyclock::net
