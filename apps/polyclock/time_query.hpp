// Asks for the date or time, as the command line says, and formats the answer as one line.
#pragma once

#include "arguments.hpp"
#include "client/exchange.hpp"
#include "result.hpp"

namespace polyclock {

// By an extended query, and by further ones where a local time has to become an instant or the server lacks the
// environment's locale.
[[nodiscard]] result run_query(const arguments& arguments, client::deadline until);

// By a classic request.
[[nodiscard]] result run_classic_query(const arguments& arguments, client::deadline until);

}  // namespace polyclock
