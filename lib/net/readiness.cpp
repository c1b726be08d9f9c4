#include "net/readiness.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <span>
#include <system_error>

namespace polyclock::net {
namespace {

constexpr std::size_t events_at_once = 512;
constexpr auto pause_length = std::chrono::milliseconds(1);
constexpr int rounds_at_once = 16;  // then timers and listeners get their turn
constexpr auto deferred_time = std::chrono::microseconds(50);  // of each round

int make_set() {
  const int handle = epoll_create1(EPOLL_CLOEXEC);
  if (handle < 0) throw std::system_error(errno, std::system_category(), "epoll_create1");
  return handle;
}

epoll_event event_for(readiness::handler& told, interest wanted) {
  epoll_event event{};
  if (wanted == interest::input) event.events = EPOLLIN;
  if (wanted == interest::output) event.events = EPOLLOUT;
  event.data.ptr = &told;
  return event;
}

}  // namespace

readiness::readiness(asio::io_context& context)
    : waiting_(context), pause_(context), handle_(make_set()) {}

readiness::~readiness() {
  leave_loop();
  ::close(handle_);
}

void readiness::add(int descriptor, handler& told) {
  epoll_event event = event_for(told, interest::input);
  if (epoll_ctl(handle_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw std::system_error(errno, std::system_category(), "epoll_ctl");
  }
}

void readiness::defer(handler& told) {
  if (!told.is_linked()) deferred_.push_back(told);
  if (asleep_) wake();
}

void readiness::remove(int descriptor) noexcept {
  epoll_ctl(handle_, EPOLL_CTL_DEL, descriptor, nullptr);
}

void readiness::change(int descriptor, handler& told, interest wanted) noexcept {
  epoll_event event = event_for(told, wanted);
  epoll_ctl(handle_, EPOLL_CTL_MOD, descriptor, &event);
}

// While connections keep it busy the set is no descriptor of the loop's: the kernel would tell the
// loop of every event in it. Where the loop has no room for it, it is looked at from time to time.
awaitable<> readiness::run() {
  bool busy = true;  // once for certain, which takes the memory that it needs
  static_cast<void>(join_loop());
  while (!closed_) {
    if (busy) {
      leave_loop();
      co_await asio::post(waiting_.get_executor(), asio::deferred);
    } else if (join_loop()) {
      pause_.expires_after(pause_length);
      co_await pause_.async_wait(as_result);
    } else {
      asleep_ = true;
      co_await waiting_.async_wait(descriptor_type::wait_read, as_result);
      asleep_ = false;
    }
    busy = call_in_turn();
  }
}

void readiness::close() {
  closed_ = true;
  wake();
}

void readiness::wake() {
  error_code ignored;
  waiting_.cancel(ignored);
}

// False where nobody is ready any more.
bool readiness::call_in_turn() {
  for (int round = 0; round < rounds_at_once; ++round) {
    const bool called = call_ready();
    if (!call_deferred() && !called) return false;
  }
  return true;
}

bool readiness::call_ready() {
  std::array<epoll_event, events_at_once> events;
  const int count = epoll_wait(handle_, events.data(), events.size(), 0);
  if (count <= 0) return false;
  const auto now = steady_clock::now();
  const auto ready = std::span(events).first(static_cast<std::size_t>(count));
  for (const epoll_event& event : ready) {
    auto* const one = static_cast<handler*>(event.data.ptr);
    one->is_brief ? one->on_ready(now) : defer(*one);
  }
  return true;
}

bool readiness::call_deferred() {
  if (deferred_.empty()) return false;
  auto now = steady_clock::now();
  const auto end = now + deferred_time;
  for (; !deferred_.empty() && now < end; now = steady_clock::now()) {
    handler& next = deferred_.front();
    deferred_.pop_front();
    next.on_ready(now);
  }
  return true;
}

error_code readiness::join_loop() {
  error_code error;
  if (!waiting_.is_open()) waiting_.assign(handle_, error);
  return error;
}

void readiness::leave_loop() {
  if (waiting_.is_open()) waiting_.release();
}

}  // namespace polyclock::net
