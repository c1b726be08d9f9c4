// What the services have in common that answer a connection before any request: there is nothing to
// decode, and the reply is the end.
#pragma once

#include <cstddef>
#include <span>

#include "protocol/service.hpp"

namespace polyclock::service {

struct greeting {
  struct request {};
  static constexpr std::size_t request_size_max = 0;

  [[nodiscard]] static protocol::decoded decode(std::span<const std::byte>, request&) noexcept {
    return {protocol::decode_status::complete, 0};
  }
};

}  // namespace polyclock::service
