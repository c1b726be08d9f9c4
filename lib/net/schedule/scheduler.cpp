#include "net/schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace polyclock::net {

scheduler::scheduler(std::function<time_point()> now, std::function<void()> wake)
    : now_(std::move(now)), wake_(std::move(wake)) {}

// Most often a deadline moves on; the task is found at its old place and indexed again then.
void scheduler::set_deadline(task& one, time_point deadline) {
  one.deadline_ = deadline;
  const bool indexed = one.deadline_hook::is_linked();
  if (deadline == never || (indexed && deadline >= one.indexed_)) return;
  if (indexed) deadlines_.erase(deadlines_.iterator_to(one));
  one.indexed_ = deadline;
  deadlines_.insert(deadlines_.end(), one);  // most often it is the last one
  if (deadline < next_round_) {
    next_round_ = deadline;
    wake_();
  }
}

void scheduler::enqueue(task& one, network_queue_index network, lane in) {
  network_lane& chosen = get(in);
  network_queue& queue = chosen.networks[network];
  if (!queue.is_linked()) chosen.waiting.push_back(queue);
  queue.tasks.push_back(one);
  if (queue.eligible_at() < next_round_) {
    next_round_ = queue.eligible_at();
    wake_();
  }
}

scheduler::time_point scheduler::run_round() {
  next_round_ = time_point::min();  // no need to be woken
  run_deadlines(now_());
  run_lanes(now_());
  return next_round_ = next_round(now_());
}

void scheduler::run_deadlines(time_point now) {
  const time_point end = now + scheduling::deadline_share;
  while (!deadlines_.empty() && now_() < end) {
    task& first = *deadlines_.begin();
    if (first.indexed_ > now) return;
    deadlines_.erase(deadlines_.begin());
    if (first.deadline_ > now) {
      set_deadline(first, first.deadline_);
      continue;
    }
    first.deadline_ = never;
    first.on_deadline(now);
  }
}

// A task of each other lane gets its turn in each round, however many quick ones there are.
void scheduler::run_lanes(time_point now) {
  const time_point end = now + scheduling::step_share;
  while (now < end && run_next(lane::quick, now)) continue;
  while (run_next(lane::bulk, now) && now < end) continue;
  while (run_next(lane::slow, now) && now < end) continue;
}

// One task of the next network that may run; false where there is none.
bool scheduler::run_next(lane in, time_point& now) {
  network_list& waiting = get(in).waiting;
  for (auto next = waiting.begin(); next != waiting.end();) {
    network_queue& network = *next++;
    if (network.tasks.empty()) {
      network.unlink();
    } else if (network.eligible_at() <= now) {
      run_task(in, network, now);
      return true;
    }
  }
  return false;
}

void scheduler::run_task(lane in, network_queue& network, time_point& now) {
  task& first = network.tasks.front();
  network.tasks.pop_front();
  network.unlink();
  if (!network.tasks.empty()) get(in).waiting.push_back(network);
  first.on_turn(now);
  const time_point end = now_();
  if (in == lane::slow) {
    network.whole_at = std::max(network.whole_at, now) + (end - now) * scheduling::network_divisor;
  }
  now = end;
}

scheduler::time_point scheduler::next_round(time_point now) const {
  time_point next = deadlines_.empty() ? never : deadlines_.begin()->indexed_;
  for (const network_lane& in : lanes_) {
    for (const network_queue& network : in.waiting) {
      if (!network.tasks.empty()) next = std::min(next, network.eligible_at());
      if (next <= now) return next;
    }
  }
  return next;
}

}  // namespace polyclock::net
