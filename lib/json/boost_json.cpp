// Boost.JSON's own code, compiled once for both programs.
#include <boost/json/src.hpp>
