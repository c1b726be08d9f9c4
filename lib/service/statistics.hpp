// What the daemon counts and how it is, which the DT and HTTP services tell on request. Main's thread publishes the
// counters every few seconds; every worker reads the last ones.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace polyclock::service {

struct published_statistics {
  std::vector<std::string> lines;  // `NAME VALUE`, sorted without regard to case
  std::string exposition;          // for Prometheus, in its text format 0.0.4
};

class statistics {
 public:
  using published = published_statistics;

  void publish(published fresh) {
    auto shared = std::make_shared<const published>(std::move(fresh));
    const std::lock_guard lock(mutex_);
    latest_.swap(shared);
  }

  [[nodiscard]] std::shared_ptr<const published> latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }

  // From now on no more requests should be sent to this daemon.
  void begin_drain() noexcept { is_draining_ = true; }
  [[nodiscard]] bool is_draining() const noexcept { return is_draining_; }

 private:
  mutable std::mutex mutex_;  // taken for a request for statistics alone
  std::shared_ptr<const published> latest_ = std::make_shared<const published>();
  std::atomic<bool> is_draining_{false};
};

}  // namespace polyclock::service
