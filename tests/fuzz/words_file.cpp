// Any file of words is refused with a line of it, or has a text for each time of the day that can be shown.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "base/utf8.hpp"
#include "format/spoken_day.hpp"
#include "format/words_file.hpp"

namespace {

using namespace polyclock;

// Aborts where the line is none of the file.
void check(const format::words_error& wrong, std::string_view file) {
  const auto lines = 1 + std::count(file.begin(), file.end(), '\n');
  if (wrong.line < 0 || wrong.line > lines || wrong.why.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  auto parsed = format::parse_words(in);
  if (const auto* wrong = std::get_if<format::words_error>(&parsed)) return check(*wrong, in), 0;
  auto made = format::spoken_day::make(std::get<format::words_file>(parsed));
  if (const auto* wrong = std::get_if<format::words_error>(&made)) return check(*wrong, in), 0;
  const auto& day = std::get<format::spoken_day>(made);
  for (int minute = 0; minute < 1440; ++minute) {
    const std::string_view text = day.at(minute / 60, minute % 60);
    if (text.empty() || text.size() > 200 || !base::is_printable_utf8(text)) std::abort();
  }
  return 0;
}
