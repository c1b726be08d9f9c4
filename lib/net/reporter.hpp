// How this folder tells the daemon what went wrong outside any one connection: one short line,
// rarely.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace polyclock::net {

// Called from any worker's thread.
using reporter = std::function<void(std::string_view event)>;

// For what comes and goes, such as a lack of descriptors: at most one line a minute.
class rare_reporter {
 public:
  explicit rare_reporter(const reporter& report) : report_(report) {}

  void operator()(std::string_view event) {
    const auto now = std::chrono::steady_clock::now();
    if (now < silent_until_) return;
    silent_until_ = now + std::chrono::minutes(1);
    report_(event);
  }

 private:
  const reporter& report_;
  std::chrono::steady_clock::time_point silent_until_ =
      std::chrono::steady_clock::time_point::min();
};

}  // namespace polyclock::net
