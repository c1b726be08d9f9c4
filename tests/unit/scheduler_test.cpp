// The scheduler with a clock of the test's own: deadlines, turns, shares and budgets.
#include "net/schedule/scheduler.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using net::scheduler;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace scheduling = net::scheduling;

class scheduler_test {
 public:
  scheduler::time_point now = scheduler::time_point(seconds(1000));
  int wakes = 0;
  std::string calls;
  scheduler schedule{[this] { return now; }, [this] { ++wakes; }};

  // Appends its name to the calls, and takes some time.
  struct named_task final : scheduler::task {
    named_task(scheduler_test& test, char its_name, microseconds its_cost = {})
        : owner(test), name(its_name), cost(its_cost) {}

    void on_deadline(scheduler::time_point) override {
      owner.now += cost;
      owner.calls += name;
    }
    void on_turn(scheduler::time_point) override {
      owner.now += cost;
      owner.calls += name;
      if (again) owner.schedule.enqueue(*this, network, scheduler::lane::slow);
    }

    scheduler_test& owner;
    char name;
    microseconds cost;
    bool again = false;
    net::network_queue_index network = 0;
  };
};

TEST_CASE_METHOD(scheduler_test, "deadlines come when they are due, the earliest first") {
  named_task a(*this, 'a');
  named_task b(*this, 'b');
  named_task c(*this, 'c');
  schedule.set_deadline(a, now + seconds(3));
  schedule.set_deadline(b, now + seconds(1));
  schedule.set_deadline(c, now + seconds(2));
  CHECK(schedule.run_round() == now + seconds(1));
  CHECK(calls.empty());
  now += seconds(2);
  CHECK(schedule.run_round() == now + seconds(1));
  CHECK(calls == "bc");
  schedule.set_deadline(a, scheduler::never);
  now += seconds(9);
  CHECK(schedule.run_round() == scheduler::never);
  CHECK(calls == "bc");
}

TEST_CASE_METHOD(scheduler_test, "a deadline that has moved on is not called at its old time") {
  named_task a(*this, 'a');
  schedule.set_deadline(a, now + seconds(1));
  schedule.set_deadline(a, now + seconds(5));
  now += seconds(1);
  CHECK(schedule.run_round() == now + seconds(4));
  CHECK(calls.empty());
  schedule.set_deadline(a, now + seconds(2));
  now += seconds(2);
  static_cast<void>(schedule.run_round());
  CHECK(calls == "a");
}

TEST_CASE_METHOD(scheduler_test,
                 "it wakes its worker only where the next round has to come earlier") {
  named_task a(*this, 'a');
  named_task b(*this, 'b');
  schedule.set_deadline(a, now + seconds(5));
  CHECK(wakes == 1);
  static_cast<void>(schedule.run_round());
  schedule.set_deadline(b, now + seconds(7));
  CHECK(wakes == 1);
  schedule.set_deadline(b, now + seconds(3));
  CHECK(wakes == 2);
  schedule.enqueue(a, 0, scheduler::lane::slow);
  CHECK(wakes == 3);
}

TEST_CASE_METHOD(scheduler_test, "networks take turns, their tasks come in order") {
  named_task a(*this, 'a');
  named_task b(*this, 'b');
  named_task c(*this, 'c');
  named_task d(*this, 'd');
  for (named_task* one : {&a, &b, &c}) schedule.enqueue(*one, 7, scheduler::lane::slow);
  schedule.enqueue(d, 8, scheduler::lane::slow);
  CHECK(schedule.run_round() == scheduler::never);
  CHECK(calls == "adbc");
}

TEST_CASE_METHOD(scheduler_test,
                 "a round ends with its share, and the rest comes in the next one") {
  std::vector<std::unique_ptr<named_task>> tasks;
  for (char name = 'a'; name <= 'f'; ++name) {
    tasks.push_back(std::make_unique<named_task>(*this, name, scheduling::step_share / 2));
    schedule.enqueue(*tasks.back(), 1, scheduler::lane::slow);
  }
  CHECK(schedule.run_round() <= now);
  CHECK(calls == "ab");
  CHECK(schedule.run_round() <= now);
  CHECK(schedule.run_round() == scheduler::never);
  CHECK(calls == "abcdef");
}

TEST_CASE_METHOD(scheduler_test, "however many deadlines are due, a round ends") {
  std::vector<std::unique_ptr<named_task>> tasks;
  for (int i = 0; i < 1000; ++i) {
    tasks.push_back(std::make_unique<named_task>(*this, 'x', microseconds(10)));
    schedule.set_deadline(*tasks.back(), now);
  }
  const auto start = now;
  CHECK(schedule.run_round() <= now);
  CHECK(now - start <= scheduling::deadline_share + microseconds(10));
  int rounds = 1;
  while (schedule.run_round() <= now) ++rounds;
  CHECK(calls.size() == 1000);
  CHECK(rounds <= 60);
}

TEST_CASE_METHOD(scheduler_test,
                 "quick turns come first, and one of each other lane in each round") {
  named_task bulk(*this, 'b', milliseconds(1));
  named_task bulk_too(*this, 'c', milliseconds(1));
  schedule.enqueue(bulk, 1, scheduler::lane::bulk);
  schedule.enqueue(bulk_too, 1, scheduler::lane::bulk);
  named_task slow(*this, 's', milliseconds(2));
  named_task slow_too(*this, 't', milliseconds(2));
  std::vector<std::unique_ptr<named_task>> quick;
  schedule.enqueue(slow, 1, scheduler::lane::slow);
  schedule.enqueue(slow_too, 1, scheduler::lane::slow);
  for (int i = 0; i < 3; ++i) {
    quick.push_back(std::make_unique<named_task>(*this, 'q', scheduling::step_share / 2));
    schedule.enqueue(*quick.back(), 1, scheduler::lane::quick);
  }
  CHECK(schedule.run_round() <= now);
  CHECK(calls == "qqbs");
  CHECK(schedule.run_round() == scheduler::never);
  CHECK(calls == "qqbsqct");
}

TEST_CASE_METHOD(scheduler_test, "a network gets its share of the time and a burst, not more") {
  constexpr milliseconds cost(2);
  std::vector<std::unique_ptr<named_task>> tasks;
  for (int i = 0; i < 32; ++i) {
    tasks.push_back(std::make_unique<named_task>(*this, 'x', cost));
    tasks.back()->again = true;
    tasks.back()->network = 5;
    schedule.enqueue(*tasks.back(), 5, scheduler::lane::slow);
  }
  const auto start = now;
  constexpr seconds length(10);
  while (now < start + length) {
    const auto next = schedule.run_round();
    REQUIRE(next != scheduler::never);
    now = std::max(now, next);
  }
  const auto used = cost * calls.size();
  CHECK(used >= length / scheduling::network_divisor);
  CHECK(used <= (length + scheduling::network_burst) / scheduling::network_divisor + 2 * cost);
}

TEST_CASE_METHOD(scheduler_test, "a network without a budget does not delay another one") {
  named_task greedy(*this, 'x', milliseconds(2));
  greedy.again = true;
  greedy.network = 5;
  schedule.enqueue(greedy, 5, scheduler::lane::slow);
  while (schedule.run_round() <= now) continue;
  calls.clear();
  named_task good(*this, 'g', microseconds(50));
  schedule.enqueue(good, 6, scheduler::lane::slow);
  static_cast<void>(schedule.run_round());
  CHECK(calls == "g");
}

// The promise, as far as the scheduler keeps it: what else is ready waits for one round at most.
TEST_CASE_METHOD(scheduler_test, "whatever waits, a round takes less than 4 ms") {
  std::vector<std::unique_ptr<named_task>> tasks;
  for (int i = 0; i < 1000; ++i) {
    tasks.push_back(std::make_unique<named_task>(*this, 'x', milliseconds(2)));
    tasks.back()->again = true;
    tasks.back()->network = static_cast<net::network_queue_index>(i % 50);
    schedule.enqueue(*tasks.back(), tasks.back()->network, scheduler::lane::slow);
  }
  for (int round = 0; round < 2000; ++round) {
    const auto start = now;
    const auto next = schedule.run_round();
    REQUIRE(now - start < milliseconds(4));
    now = std::max(now, next);
  }
}

TEST_CASE_METHOD(scheduler_test, "a task may be destroyed while it waits, and leave the queue") {
  auto a = std::make_unique<named_task>(*this, 'a');
  named_task b(*this, 'b');
  named_task c(*this, 'c');
  schedule.enqueue(*a, 3, scheduler::lane::slow);
  schedule.set_deadline(*a, now + seconds(1));
  schedule.enqueue(b, 4, scheduler::lane::slow);
  schedule.enqueue(c, 4, scheduler::lane::slow);
  a.reset();
  CHECK(b.is_queued());
  schedule.dequeue(b);
  CHECK_FALSE(b.is_queued());
  CHECK(schedule.run_round() == scheduler::never);
  CHECK(calls == "c");
}

}  // namespace
}  // namespace polyclock::test
