// Checks whether the bytes received are a valid reply to a request; the exchange calls them after
// each read.
#pragma once

#include <cstdint>

#include "client/exchange.hpp"
#include "protocol/query.hpp"

namespace polyclock {

// Accepts an answer, a page of names or an error packet with the id of the request.
[[nodiscard]] client::reply_check check_extended_reply(std::uint32_t id);

// Accepts an answer to the query: for its zone, with at most the texts ahead that it asks for, in their order, and
// within the years that texts have. Or an error packet, or another type.
[[nodiscard]] client::reply_check check_answer(const protocol::query& asked);

// Accepts a classic response, or the error packet that a server sends instead.
[[nodiscard]] client::check_result check_classic_reply(std::span<const std::byte> in, bool ended);

// Accepts one line of text (RFC 867).
[[nodiscard]] client::check_result check_daytime_reply(std::span<const std::byte> in, bool ended);

// Accepts four bytes (RFC 868), or eight of which the last four are zero, as inetutils sends them.
[[nodiscard]] client::check_result check_time_reply(std::span<const std::byte> in, bool ended);

}  // namespace polyclock
