#include "net/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace polyclock::net {
namespace {

int make_bell() {
  const int handle = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (handle < 0) throw std::system_error(errno, std::system_category(), "eventfd");
  return handle;
}

}  // namespace

mailbox::mailbox(asio::io_context& context)
    : bell_(context, make_bell()), bell_handle_(bell_.native_handle()) {}

awaitable<> mailbox::run() {
  while (!closed_) {
    for (const auto& task : take()) task->run();
    if (closed_) break;
    // Where waiting fails, they are taken now.
    co_await bell_.async_wait(descriptor::wait_read, as_result);
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto got = ::read(bell_handle_, &rings, sizeof rings);
  }
}

void mailbox::close() {
  closed_ = true;
  bell_.cancel();
}

void mailbox::put(std::unique_ptr<any_task> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  const std::uint64_t ring = 1;
  [[maybe_unused]] const auto written = ::write(bell_handle_, &ring, sizeof ring);
}

std::vector<std::unique_ptr<mailbox::any_task>> mailbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(tasks_, {});
}

}  // namespace polyclock::net
