// What a worker knows of its listeners, whatever they listen for; the templates behind it know the protocols.
#pragma once

#include <cstdint>

#include "net/asio.hpp"

namespace polyclock::net {

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
  // Ends every session at once.
  virtual void abort() = 0;
  // Attends to what is due, and sets the worker's alarm, which has rung, for all that will be.
  virtual void sweep(steady_clock::time_point now) = 0;
  // Whether it has been retired and nothing of it runs any more.
  [[nodiscard]] virtual bool is_finished() const = 0;
};

}  // namespace polyclock::net
