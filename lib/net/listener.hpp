// What a worker knows of its listeners, whatever they listen for; the templates behind it know the protocols.
#pragma once

#include <cstdint>
#include <functional>

#include "net/asio.hpp"
#include "net/client_errors.hpp"
#include "net/limits.hpp"
#include "net/reporter.hpp"
#include "net/schedule/scheduler.hpp"
#include "net/session/idle_connections.hpp"

namespace polyclock::net {

class connection_quota;

// What a worker lends its listeners.
struct listener_environment {
  asio::io_context& context;
  scheduler& schedule;
  const limits& bounds;
  connection_quota& quota;
  const reporter& report;
  idle_connections& idle;
  client_errors& errors;
  std::function<void()> on_crowded;       // no connection of this worker makes room for another one
  std::function<void()> on_listener_end;  // one of them is finished
};

// Names a listener of a server, the same in all its workers.
using listener_id = std::uint32_t;

class listener {
 public:
  virtual ~listener() = default;
  virtual void start() = 0;
  // Takes no more from its socket; the sessions go on.
  virtual void retire() = 0;
  // Retires, and lets the sessions answer what they have.
  virtual void drain() = 0;
  // Retires, and ends every session at once.
  virtual void abort() = 0;
  // What its subscribers wait for may have changed, all at once.
  virtual void wake_subscribers() {}
  // Whether it has been retired and nothing of it runs any more.
  [[nodiscard]] virtual bool is_finished() const = 0;
};

}  // namespace polyclock::net
