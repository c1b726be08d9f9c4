// One thread's share of the server: an event loop, its listeners and the sweep of their deadlines.
// Nothing here is shared with another worker but the quota; other threads post.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "net/alarm.hpp"
#include "net/asio.hpp"
#include "net/connection_quota.hpp"
#include "net/datagram_listener.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"
#include "net/listening_socket.hpp"
#include "net/mailbox.hpp"
#include "net/readiness.hpp"
#include "net/reporter.hpp"
#include "net/stream_listener.hpp"
#include "net/tally.hpp"
#include "net/token_buckets.hpp"

namespace polyclock::net {

class worker {
 public:
  worker(const limits& limits, connection_quota& quota, const reporter& report)
      : limits_(limits),
        quota_(quota),
        report_(report),
        mailbox_(context_),
        ready_(context_),
        alarm_(context_) {}

  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  // Serves until it is drained or stopped.
  void run();

  // All that follows: from any thread, also before `run`.

  template <protocol::stream_service Service>
  void listen(listener_id id, listening_socket socket, Service service) {
    post([this, id, socket = std::move(socket), service = std::move(service)]() mutable {
      add(id, std::make_unique<stream_listener<Service>>(context_, ready_, alarm_,
                                                         std::move(socket), std::move(service),
                                                         limits_, quota_, tally_, report_));
    });
  }

  template <protocol::datagram_service Service>
  void listen(listener_id id, listening_socket socket, Service service, source_rules rules) {
    post([this, id, socket = std::move(socket), service = std::move(service),
          rules = std::move(rules)]() mutable {
      add(id, std::make_unique<datagram_listener<Service>>(ready_, alarm_, std::move(socket),
                                                           std::move(service), std::move(rules),
                                                           buckets(), tally_, report_));
    });
  }

  // Gives a listener another service of the same type; with rules, one of datagrams.
  template <typename Service>
  void serve(listener_id id, Service service) {
    post([this, id, service = std::move(service)]() mutable {
      if (auto* one = find<stream_listener<Service>>(id)) one->serve(std::move(service));
    });
  }
  template <typename Service>
  void serve(listener_id id, Service service, source_rules rules) {
    post([this, id, service = std::move(service), rules = std::move(rules)]() mutable {
      if (auto* one = find<datagram_listener<Service>>(id)) {
        one->serve(std::move(service), std::move(rules));
      }
    });
  }

  // Stops listening; the sessions go on.
  void retire(listener_id id);

  void drain();
  void abort();
  void stop() {
    post([this] { context_.stop(); });
  }
  void apply(const limits& limits);

  // Calls it on the worker's thread, between two requests.
  template <typename Task>
  void post(Task task) {
    mailbox_.post(std::move(task));
  }

  // Whether the loop has come round since the last call; it is asked to again.
  [[nodiscard]] bool comes_round();
  // As of the last time it came round.
  [[nodiscard]] tally counted() const;

 private:
  awaitable<> sweep();
  void add(listener_id id, std::unique_ptr<listener> made);
  [[nodiscard]] bool is_finished() const;
  [[nodiscard]] token_buckets& buckets();

  template <typename Listener>
  Listener* find(listener_id id) {
    const auto found = listeners_.find(id);
    return found == listeners_.end() ? nullptr : dynamic_cast<Listener*>(found->second.get());
  }

  limits limits_;
  tally tally_;
  connection_quota& quota_;
  const reporter& report_;
  std::atomic<bool> asked_to_come_round_{false};
  mutable std::mutex counted_mutex_;  // guards what follows
  tally counted_;
  // Only its own thread touches it, so it needs no locks; others use the mailbox.
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  mailbox mailbox_;
  readiness ready_;
  alarm alarm_;
  bool draining_ = false;
  std::unique_ptr<token_buckets> buckets_;  // where there are datagram listeners
  // Destroyed before the loop that they use.
  std::map<listener_id, std::unique_ptr<listener>> listeners_;
};

}  // namespace polyclock::net
