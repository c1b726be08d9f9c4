// What counts as a reply to a request: the exchange asks these about every byte that arrives.
#pragma once

#include <cstdint>

#include "client/exchange.hpp"

namespace polyclock {

// An answer to a query, a page of names, or an error, with the request's id.
[[nodiscard]] client::reply_judge judge_extended(std::uint32_t id);

// A classic response, or the error packet that a server sends instead.
[[nodiscard]] client::judgement judge_classic(std::span<const std::byte> in, bool ended);

// A line of text from a daytime server.
[[nodiscard]] client::judgement judge_daytime(std::span<const std::byte> in, bool ended);

// The four bytes of a time server, or eight of which the last are zero, as inetutils sends them.
[[nodiscard]] client::judgement judge_time(std::span<const std::byte> in, bool ended);

}  // namespace polyclock
