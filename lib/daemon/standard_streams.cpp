#include "daemon/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace polyclock::daemon {

void open_standard_streams() {
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(standard, F_GETFD) >= 0) continue;
    // open(2) takes the lowest number that is free, which is this one.
    if (open("/dev/null", O_RDWR) < 0) return;
  }
}

}  // namespace polyclock::daemon
