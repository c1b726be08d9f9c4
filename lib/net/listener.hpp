// What a worker knows of its listeners, whatever they listen for; the templates behind it know the protocols.
#pragma once

#include "net/asio.hpp"

namespace polyclock::net {

class listener {
 public:
  virtual ~listener() = default;
  virtual void start() = 0;
  // Takes what has arrived, then no more, and lets the sessions answer what they have.
  virtual void drain() = 0;
  // Ends every session at once.
  virtual void abort() = 0;
  // Attends to the sessions whose time has come; returns when the next one's will.
  virtual steady_clock::time_point sweep(steady_clock::time_point now) = 0;
  [[nodiscard]] virtual bool has_sessions() const = 0;
};

}  // namespace polyclock::net
