// One thread's share of the server: an event loop, its listeners and the sweep of their deadlines.
// Nothing here is shared with another worker but the quota; other threads post.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "net/asio.hpp"
#include "net/connection_quota.hpp"
#include "net/datagram_listener.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"
#include "net/listening_socket.hpp"
#include "net/reporter.hpp"
#include "net/stream_listener.hpp"
#include "net/token_buckets.hpp"

namespace polyclock::net {

class worker {
 public:
  worker(const limits& limits, connection_quota& quota, const reporter& report)
      : limits_(limits), quota_(quota), report_(report), sweep_timer_(context_) {}

  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  // Before `run`.
  template <protocol::stream_service Service>
  void listen(listening_socket socket, Service service) {
    listeners_.push_back(std::make_unique<stream_listener<Service>>(
        context_, std::move(socket), std::move(service), limits_, quota_, report_));
  }

  // Before `run`.
  template <protocol::datagram_service Service>
  void listen(listening_socket socket, Service service, source_rules rules) {
    if (!buckets_) buckets_ = std::make_unique<token_buckets>();
    buckets_->set_rate(limits_.datagram_rate);
    listeners_.push_back(std::make_unique<datagram_listener<Service>>(
        context_, std::move(socket), std::move(service), std::move(rules), *buckets_, report_));
  }

  // Serves until it is drained or stopped.
  void run();

  // From any thread.
  void drain();
  void abort();
  void stop() { context_.stop(); }
  void apply(const limits& limits);
  // Calls it on the worker's thread, between two requests.
  void post(std::function<void()> task);

 private:
  awaitable<> sweep();
  [[nodiscard]] bool has_sessions() const;

  limits limits_;
  connection_quota& quota_;
  const reporter& report_;
  asio::io_context context_{1};
  steady_timer sweep_timer_;
  bool draining_ = false;
  std::unique_ptr<token_buckets> buckets_;            // where there are datagram listeners
  std::vector<std::unique_ptr<listener>> listeners_;  // destroyed before the loop that they use
};

}  // namespace polyclock::net
