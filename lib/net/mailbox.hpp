// Tasks from other threads for a worker's event loop, which itself takes no lock: they wait in here until an
// eventfd wakes the loop. Each worker has one.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "net/asio.hpp"

namespace polyclock::net {

class mailbox {
 public:
  // Throws where there is no descriptor left.
  explicit mailbox(asio::io_context& context);

  // From any thread. Tasks run in the order in which they were posted.
  template <typename Task>
  void post(Task task) {
    put(std::make_unique<task_of<Task>>(std::move(task)));
  }

  // Runs the tasks as they come, until `close`, on the loop's thread.
  awaitable<> run();
  // On the loop's thread; what is posted later never runs.
  void close();

 private:
  struct any_task {
    virtual ~any_task() = default;
    virtual void run() = 0;
  };
  template <typename Task>
  struct task_of final : any_task {
    explicit task_of(Task given) : task(std::move(given)) {}
    void run() override { task(); }
    Task task;
  };
  using descriptor = asio::posix::basic_stream_descriptor<executor>;

  void put(std::unique_ptr<any_task> task);
  [[nodiscard]] std::vector<std::unique_ptr<any_task>> take();

  descriptor bell_;
  int bell_handle_;  // for other threads, which must not touch `bell_`
  bool closed_ = false;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<any_task>> tasks_;
};

}  // namespace polyclock::net
