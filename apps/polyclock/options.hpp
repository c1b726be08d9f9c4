// The client's options: their table, its help text, and the values that a command line gives them.
#pragma once

#include <boost/program_options/errors.hpp>
#include <boost/program_options/variables_map.hpp>
#include <iosfwd>
#include <string>
#include <vector>

namespace polyclock {

// The values by the options' long names: text, or a list of texts for `server`, `locale` and the words under
// `command`. Of an option that is given again the last value counts, unless all do. Throws
// boost::program_options::error.
[[nodiscard]] boost::program_options::variables_map parse_options(int count,
                                                                  const char* const* argv);

// The message, with a suggestion if an option is similar.
[[nodiscard]] std::string message_of(const boost::program_options::unknown_option& error);

void print_help(std::ostream& out);

}  // namespace polyclock
