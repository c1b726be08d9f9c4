// A request and how to tell its reply; the race asks it of each candidate.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "protocol/packet.hpp"

namespace polyclock::client {

using host_time = std::chrono::system_clock::time_point;

// The result of checking the bytes received so far: a complete reply of `size` bytes, an incomplete
// one, or an invalid one with the reason.
struct check_result {
  protocol::decode_status status;
  std::size_t size = 0;
  std::string message = "malformed reply";
};

// `ended`: no more bytes will arrive on the stream or in the datagram.
using reply_check = std::function<check_result(std::span<const std::byte> in, bool ended)>;

struct question {
  std::span<const std::byte> request;
  const reply_check& check;
};

}  // namespace polyclock::client
