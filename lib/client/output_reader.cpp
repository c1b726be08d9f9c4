#include "client/output_reader.hpp"

#include <poll.h>

namespace polyclock::client {

bool has_reader(int descriptor, std::chrono::milliseconds wait) noexcept {
  pollfd output{descriptor, 0, 0};
  return poll(&output, 1, static_cast<int>(wait.count())) <= 0;
}

}  // namespace polyclock::client
