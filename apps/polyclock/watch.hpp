// Prints the text that the command line asks for, and the next one each time it changes.
#pragma once

#include "arguments.hpp"
#include "result.hpp"

namespace polyclock {

// Until nobody reads the standard output any more, or a signal ends the program; Ctrl-C ends it with status 0. A lost
// connection is made again; `result` says why that was not possible at the start.
[[nodiscard]] result run_watch(const arguments& arguments);

}  // namespace polyclock
