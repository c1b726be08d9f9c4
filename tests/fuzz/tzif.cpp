// Whatever a TZif file holds: the reader stays within it, and what it accepts can be asked at any time.
#include "clock/tzif.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "clock/instant.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyclock::clock;
  auto rules = parse_tzif(std::as_bytes(std::span(data, size)));
  if (!rules) return 0;
  const zone zone("fuzzed", std::move(*rules));
  for (const std::int64_t seconds :
       {seconds_min, std::int64_t{-4'000'000'000}, std::int64_t{0}, std::int64_t{1'795'165'507},
        std::int64_t{4'294'967'296}, seconds_max}) {
    const local_type& type = zone.type_at(seconds);
    if (type.offset <= -90000 || type.offset >= 93600) std::abort();
    const auto next = zone.next_transition(seconds);
    if (next && (next->seconds <= seconds || next->to->same_offset_and_abbreviation(type)))
      std::abort();
  }
  return 0;
}
