// The connections of a worker, those first that have waited longest for their peers: at the connection limit they
// make room for others, and before them those that have been asked nothing yet.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>

#include "net/asio.hpp"
#include "net/schedule/scheduling.hpp"

namespace polyclock::net {

struct idle_tag;
using idle_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<idle_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Leaves the list when it is destroyed.
class idle_connection : public idle_hook {
 public:
  virtual ~idle_connection() = default;

  // Closes the connection, which frees its place by the loop's next round. False if it is not idle.
  virtual bool make_room() = 0;

 protected:
  [[nodiscard]] bool has_been_asked() const noexcept { return has_been_asked_; }

 private:
  friend class idle_connections;

  steady_clock::time_point since_;
  bool has_been_asked_ = false;
};

class idle_connections {
 public:
  void add(idle_connection& one, steady_clock::time_point now) noexcept {
    one.since_ = now;
    silent_.push_back(one);
  }

  // The connection has been asked something, or has replied unasked. A busy one is moved now and then.
  void on_request(idle_connection& one, steady_clock::time_point now) noexcept {
    if (one.has_been_asked_ && now - one.since_ < scheduling::idle_min / 2) return;
    one.has_been_asked_ = true;
    move_to_end(asked_, one, now);
  }

  // False if there is none to close, or if each may still be about to ask.
  bool close_oldest(steady_clock::time_point now) {
    return close_oldest_of(silent_, scheduling::silence_min, now) ||
           close_oldest_of(asked_, scheduling::idle_min, now);
  }

 private:
  using connection_list =
      boost::intrusive::list<idle_connection, boost::intrusive::base_hook<idle_hook>,
                             boost::intrusive::constant_time_size<false>>;

  static void move_to_end(connection_list& list, idle_connection& one,
                          steady_clock::time_point now) noexcept {
    one.since_ = now;
    one.unlink();
    list.push_back(one);
  }

  static bool close_oldest_of(connection_list& list, steady_clock::duration idle_min,
                              steady_clock::time_point now) {
    constexpr int tries_max = 8;
    for (int tries = 0; tries < tries_max && !list.empty(); ++tries) {
      idle_connection& oldest = list.front();
      if (now - oldest.since_ < idle_min) return false;
      move_to_end(list, oldest, now);
      if (oldest.make_room()) return true;
    }
    return false;
  }

  connection_list silent_;  // asked nothing yet
  connection_list asked_;
};

}  // namespace polyclock::net
