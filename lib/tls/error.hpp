// OpenSSL's errors as error codes, whose messages are OpenSSL's own; all of this folder returns them.
#pragma once

#include <boost/system/error_code.hpp>

namespace polyclock::tls {

using boost::system::error_code;

// Of codes that `take_error` returns: their value is OpenSSL's packed code of library and reason.
[[nodiscard]] const boost::system::error_category& error_category() noexcept;

// The first error of OpenSSL's queue, where the cause of the others stands, and empties the queue. An error of the
// system keeps the system's category.
[[nodiscard]] error_code take_error() noexcept;

}  // namespace polyclock::tls
