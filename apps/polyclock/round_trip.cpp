#include "round_trip.hpp"

#include <algorithm>
#include <random>

namespace polyclock {

std::uint32_t random_id() {
  std::random_device source;
  return std::uniform_int_distribution<std::uint32_t>(1)(source);
}

result to_result(const client::failure& failure) {
  switch (failure.kind) {
    case client::failure_kind::oversized:
      return {bad_usage, failure.message};
    case client::failure_kind::unreachable:
      return {no_server, failure.message};
    case client::failure_kind::malformed:
      break;
  }
  return {invalid_reply, failure.message};
}

bool uses_datagrams(const arguments& arguments) {
  return std::any_of(arguments.servers.begin(), arguments.servers.end(), [](const auto& server) {
    return server.transport == client::transport::datagram;
  });
}

}  // namespace polyclock
