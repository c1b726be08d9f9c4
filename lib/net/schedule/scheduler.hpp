// Who runs when in a worker: its deadlines, and the queues of those that wait for time for a step that is not
// cached, one queue for each network. It has no I/O and no clock of its own; the worker runs its rounds.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <boost/intrusive/set.hpp>
#include <boost/intrusive/set_hook.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "net/schedule/scheduling.hpp"

namespace polyclock::net {

// The queue of a client's network.
using network_queue_index = std::uint16_t;

class scheduler {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr auto never = time_point::max();

 private:
  using auto_unlink = boost::intrusive::link_mode<boost::intrusive::auto_unlink>;
  using queue_hook = boost::intrusive::list_base_hook<auto_unlink>;
  using deadline_hook =
      boost::intrusive::set_base_hook<boost::intrusive::optimize_size<true>, auto_unlink>;

 public:
  // What has deadlines and waits for time. It may be destroyed at any time, in its own calls too.
  class task : public queue_hook, public deadline_hook {
   public:
    virtual ~task() = default;
    virtual void on_deadline(time_point now) = 0;
    // It has left the queue and may take the time for a step that is not cached.
    virtual void on_turn(time_point now) = 0;

    [[nodiscard]] bool is_queued() const noexcept { return queue_hook::is_linked(); }

   private:
    friend class scheduler;

    time_point deadline_ = never;
    time_point indexed_ = never;  // its place among the deadlines; not later
  };

  // `now` reads the steady clock. `wake` is called when a round has to come earlier than the last one
  // said.
  scheduler(std::function<time_point()> now, std::function<void()> wake);

  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;

  // Replaces the task's deadline; `never`: none.
  void set_deadline(task& one, time_point deadline);

  // The queue of a client's network, by a hash of its prefix.
  [[nodiscard]] static network_queue_index queue_of(std::uint64_t network_hash) noexcept {
    return static_cast<network_queue_index>(network_hash % scheduling::network_queues);
  }
  // Quick turns come first, then those of peers that send many requests at once. Slow ones, of which each may
  // take 2 ms, take from their network's budget.
  enum class lane : std::uint8_t { quick = 0, bulk, slow };

  // Gives the task a turn when those before it in its network's queue and the other networks have had
  // theirs.
  void enqueue(task& one, network_queue_index network, lane in);
  void dequeue(task& one) noexcept { one.queue_hook::unlink(); }

  // Runs what is due, for a bounded time; returns when the next round has to come, which is now where
  // something was left over.
  [[nodiscard]] time_point run_round();

 private:
  using task_list = boost::intrusive::list<task, boost::intrusive::base_hook<queue_hook>,
                                           boost::intrusive::constant_time_size<false>>;
  struct earlier {
    bool operator()(const task& a, const task& b) const noexcept { return a.indexed_ < b.indexed_; }
  };
  using deadline_index =
      boost::intrusive::multiset<task, boost::intrusive::base_hook<deadline_hook>,
                                 boost::intrusive::compare<earlier>,
                                 boost::intrusive::constant_time_size<false>>;

  // The tasks of one network. The budget is kept as the instant at which it is whole again (the virtual
  // scheduling of ITU-T I.371).
  struct network_queue : queue_hook {
    task_list tasks;
    time_point whole_at{};

    [[nodiscard]] time_point eligible_at() const noexcept {
      return whole_at - scheduling::network_burst;
    }
  };
  using network_list =
      boost::intrusive::list<network_queue, boost::intrusive::base_hook<queue_hook>,
                             boost::intrusive::constant_time_size<false>>;
  struct network_lane {
    std::array<network_queue, scheduling::network_queues> networks;
    network_list waiting;  // networks with tasks, the next one first
  };

  void run_deadlines(time_point now);
  void run_lanes(time_point now);
  bool run_next(lane in, time_point& now);
  void run_task(lane in, network_queue& network, time_point& now);
  [[nodiscard]] network_lane& get(lane one) noexcept {
    return lanes_[static_cast<std::size_t>(one)];
  }
  [[nodiscard]] time_point next_round(time_point now) const;

  std::function<time_point()> now_;
  std::function<void()> wake_;
  deadline_index deadlines_;
  std::array<network_lane, 3> lanes_;
  time_point next_round_ = never;
};

}  // namespace polyclock::net
