// The connections of a worker whose peers have asked nothing yet, the oldest first: at the connection limit they make
// room for others.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>

#include "net/asio.hpp"
#include "net/schedule/scheduling.hpp"

namespace polyclock::net {

struct silent_tag;
using silent_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<silent_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Leaves the list by `unlink`, or when it is destroyed.
class silent_connection : public silent_hook {
 public:
  virtual ~silent_connection() = default;

  // Closes the connection, which frees its place by the loop's next round.
  virtual void make_room() = 0;

 private:
  friend class silent_connections;

  steady_clock::time_point since_;
};

class silent_connections {
 public:
  void add(silent_connection& one, steady_clock::time_point now) noexcept {
    one.since_ = now;
    connections_.push_back(one);
  }

  // Closes the oldest one. False if there is none, or if it may still be about to ask.
  bool close_oldest(steady_clock::time_point now) {
    if (connections_.empty()) return false;
    silent_connection& oldest = connections_.front();
    if (now - oldest.since_ < scheduling::silence_min) return false;
    oldest.unlink();
    oldest.make_room();
    return true;
  }

 private:
  boost::intrusive::list<silent_connection, boost::intrusive::base_hook<silent_hook>,
                         boost::intrusive::constant_time_size<false>>
      connections_;
};

}  // namespace polyclock::net
