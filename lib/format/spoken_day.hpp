// The words of each time of a day, filled in from a file; the style `words` looks them up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "format/words_file.hpp"

namespace polyclock::format {

class spoken_day {
 public:
  // An error names the line of a row that cannot be filled in.
  [[nodiscard]] static std::variant<spoken_day, words_error> make(const words_file& file);

  // Of a time, rounded down to the step.
  [[nodiscard]] std::string_view at(int hour, int minute) const noexcept {
    const auto index = static_cast<std::size_t>((hour * 60 + minute) / step_);
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(texts_).substr(begin, ends_[index] - begin);
  }

  // In minutes.
  [[nodiscard]] int step() const noexcept { return step_; }

 private:
  explicit spoken_day(int step) : step_(step) {}

  int step_;
  std::string texts_;                // one behind the other
  std::vector<std::uint32_t> ends_;  // of each
};

}  // namespace polyclock::format
