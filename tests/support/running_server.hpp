// The real server object with the real DT service on a free loopback port, for as long as a test
// needs it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "net/server.hpp"
#include "service/dt_service.hpp"
#include "support/zones.hpp"

namespace polyclock::test {

// Polls until the condition holds; false where it does not within 20 seconds.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

class running_server {
 public:
  // What its listeners serve, whichever the worker.
  static service::dt_service make_service(std::size_t) {
    return {std::make_shared<service::answerer>(zones(), std::make_unique<clock::system_clock>()),
            {}};
  }

  explicit running_server(
      net::limits limits = {}, std::size_t workers = 1,
      const std::function<service::dt_service(std::size_t)>& service_of = make_service)
      : server_(workers, limits, [this](std::string_view event) {
          const std::lock_guard lock(mutex_);
          events_.emplace_back(event);
        }) {
    auto endpoint = net::listen_tcp("127.0.0.1", 0, workers);
    if (!endpoint) throw std::runtime_error(endpoint.error().message);
    endpoint_ = endpoint->name;
    server_.listen(std::move(*endpoint), service_of);
    auto datagrams = net::listen_udp("127.0.0.1", 0, workers);
    if (!datagrams) throw std::runtime_error(datagrams.error().message);
    datagram_endpoint_ = datagrams->name;
    server_.listen(std::move(*datagrams), service_of, net::source_rules{});
    server_.start();
  }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] const std::string& datagram_endpoint() const { return datagram_endpoint_; }
  [[nodiscard]] net::server& get() { return server_; }
  [[nodiscard]] std::vector<std::string> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> events_;
  net::server server_;
  std::string endpoint_;
  std::string datagram_endpoint_;
};

}  // namespace polyclock::test
