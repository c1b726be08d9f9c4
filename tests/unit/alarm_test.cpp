#include "net/alarm.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <vector>

#include "support/catch.hpp"

namespace polyclock::test {
namespace {

using namespace std::chrono_literals;
using net::steady_clock;

// The alarm and the instants at which it rang.
class ringing {
 public:
  // Calls `task` once it is being waited for.
  template <typename Task>
  void run(std::size_t count, Task task) {
    net::asio::co_spawn(context_, wait(count), net::asio::detached);
    net::asio::post(context_, task);
    context_.run();
  }

  net::alarm& alarm() { return alarm_; }
  [[nodiscard]] const std::vector<steady_clock::time_point>& rings() const { return rings_; }

 private:
  net::awaitable<> wait(std::size_t count) {
    while (rings_.size() < count) {
      co_await alarm_.ring();
      rings_.push_back(steady_clock::now());
      alarm_.set(rings_.back() - 1s);  // always overdue
    }
  }

  net::asio::io_context context_;
  net::alarm alarm_{context_};
  std::vector<steady_clock::time_point> rings_;
};

TEST_CASE("an alarm rings at the earliest instant that was asked for, whatever was asked first") {
  ringing ringing;
  const auto start = steady_clock::now();
  ringing.run(1, [&] {
    ringing.alarm().set(start + 1h);
    ringing.alarm().set(start + 20ms);
    ringing.alarm().set(start + 5min);
  });
  CHECK(ringing.rings()[0] - start >= 20ms);
  CHECK(ringing.rings()[0] - start < 5min);
}

TEST_CASE("an alarm that is always overdue leaves its listener time for others") {
  ringing ringing;
  const auto start = steady_clock::now();
  ringing.run(50, [&] { ringing.alarm().set(start); });
  CHECK(ringing.rings().back() - start >= 49 * 2ms);
}

}  // namespace
}  // namespace polyclock::test
