// Frames and decodes what a DT server sends to an extended request; the client uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "protocol/answer.hpp"
#include "protocol/error.hpp"
#include "protocol/listing.hpp"
#include "protocol/packet.hpp"

namespace polyclock::protocol {

using dt_reply = std::variant<answer, error, name_page>;

// Reads one reply from the front of a byte stream; its views point into `in`.
decoded decode_dt_reply(std::span<const std::byte> in, dt_reply& reply) noexcept;

}  // namespace polyclock::protocol
