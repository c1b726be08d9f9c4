// Why a client's connection failed, as one sentence for its user.
#pragma once

#include <string>

#include "tls/error.hpp"
#include "tls/stream.hpp"

namespace polyclock::tls {

// `error`: what its operation ended with.
[[nodiscard]] std::string describe_failure(const stream& connection, const error_code& error);

}  // namespace polyclock::tls
