// What the daemon counts, as lines that the DT service lists on request. Main's thread publishes them every few
// seconds; every worker reads the last ones.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace polyclock::service {

class statistics {
 public:
  using lines = std::vector<std::string>;  // `NAME VALUE`, sorted without regard to case

  void publish(lines fresh) {
    auto shared = std::make_shared<const lines>(std::move(fresh));
    const std::lock_guard lock(mutex_);
    lines_.swap(shared);
  }

  [[nodiscard]] std::shared_ptr<const lines> latest() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;  // taken for a request for statistics alone
  std::shared_ptr<const lines> lines_ = std::make_shared<const lines>();
};

}  // namespace polyclock::service
