// A time answer as the protocols write it; the DT and HTTP services share it.
#pragma once

#include <cstdint>

#include "protocol/answer.hpp"
#include "service/answerer.hpp"

namespace polyclock::service {

[[nodiscard]] protocol::timestamp on_wire(const clock::instant& instant) noexcept;
[[nodiscard]] protocol::offset_fields on_wire(const clock::local_type& type) noexcept;

// Its views are valid until the next query, as the answer's are.
[[nodiscard]] protocol::answer on_wire(const time_answer& found, std::uint32_t id,
                                       format::components what) noexcept;

}  // namespace polyclock::service
