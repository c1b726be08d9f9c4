// Whatever a POSIX TZ string holds: the parser stays within it, and what it accepts can be asked at any
// time.
#include "clock/posix_tz.hpp"

#include <cstdint>
#include <cstdlib>

#include "clock/instant.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyclock::clock;
  const auto tz = posix_tz::parse({reinterpret_cast<const char*>(data), size});
  if (!tz) return 0;
  for (std::int64_t seconds = seconds_min; seconds < seconds_max; seconds += 9'999'999'999) {
    const local_type& type = tz->type_at(seconds);
    if (type.offset < -90000 || type.offset > 90000) std::abort();
    const auto next = tz->next_after(seconds);
    if (next && next->seconds <= seconds) std::abort();
  }
  return 0;
}
