// Frames and decodes what a DT server sends to an extended query; the client uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "protocol/answer.hpp"
#include "protocol/error.hpp"
#include "protocol/packet.hpp"

namespace polyclock::protocol {

using dt_reply = std::variant<answer, error>;

// Reads one reply from the front of a byte stream; its views point into `in`.
decoded decode_dt_reply(std::span<const std::byte> in, dt_reply& reply) noexcept;

}  // namespace polyclock::protocol
