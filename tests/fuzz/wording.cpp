// Whatever a client calls its locale (the first line) and style (the rest): the strategies answer with
// text that fits, or refuse.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "format/registry.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyclock;
  static format::registry registry;
  static const clock::zone zone = clock::zone::utc();
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  const std::size_t line = in.find('\n');
  const std::string_view locale = in.substr(0, line);
  const std::string_view style = line == std::string_view::npos ? "full" : in.substr(line + 1);
  const format::zoned_time time({1795165507, 0}, zone);
  format::rendering out;
  for (const auto what :
       {format::components::date, format::components::time, format::components::both}) {
    const auto status = registry.render(time, {what, style, locale}, out);
    if (status != format::render_status::rendered) continue;
    if (!base::is_printable_utf8(out.text.view()) || out.locale.view().empty()) std::abort();
    if (out.valid_until && *out.valid_until <= time.instant) std::abort();
  }
  return 0;
}
