// The three standard descriptors; main calls it first.
#pragma once

namespace polyclock::daemon {

// Opens each of them that is closed on /dev/null, so that no socket gets its number and the log's lines with it.
void open_standard_streams();

}  // namespace polyclock::daemon
