// An answerer whose clock a test sets, and the places of those who subscribe to it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "service/subscribers.hpp"
#include "support/fixed_answerer.hpp"

namespace polyclock::test {

struct settable_answerer {
  fixed_clock* clock = nullptr;
  std::shared_ptr<service::answerer> answerer = make_answerer();
  std::shared_ptr<service::subscribers> places = std::make_shared<service::subscribers>();

  void set(std::int64_t second, std::uint32_t nanosecond = 0) { clock->set({second, nanosecond}); }

 private:
  std::shared_ptr<service::answerer> make_answerer() {
    auto made = std::make_unique<fixed_clock>(fixed_now);
    clock = made.get();
    return std::make_shared<service::answerer>(zones(), std::move(made));
  }
};

}  // namespace polyclock::test
