// The style `words`: the time as people say it, "half past nine", rounded down to the step of the language's file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "format/bounded_cache.hpp"
#include "format/cldr.hpp"
#include "format/formatter.hpp"
#include "format/spoken_day.hpp"
#include "format/word_set.hpp"

namespace polyclock::format {

// `words` and `words:VARIANT`. A date alone is that of `long`; with the time it is joined as `long` joins them.
class words final : public formatter {
 public:
  explicit words(cldr& dates, word_set::pointer files = word_set::built_in())
      : dates_(dates), files_(std::move(files)), days_(files_->size()) {}

  [[nodiscard]] bool handles(std::string_view style) const noexcept override;
  [[nodiscard]] render_status render(const zoned_time& time, const render_options& options,
                                     rendering& out) noexcept override;
  // Whether the language's words, and the date's pattern if there is a date, are loaded.
  [[nodiscard]] bool is_quick(const render_options& options);

  [[nodiscard]] const word_set& files() const noexcept { return *files_; }
  void adopt(word_set::pointer files);

  // How often a language was looked for, or a file's rows filled in.
  [[nodiscard]] std::uint64_t cold_loads() const noexcept { return cold_loads_; }

 private:
  // The words beside the date.
  [[nodiscard]] render_status render_both(std::string_view time_text, const words_file& file,
                                          const zoned_time& time, std::string_view locale,
                                          rendering& out) noexcept;
  const word_set::match* find(const render_options& options);
  const spoken_day* day_of(std::size_t file);

  cldr& dates_;
  word_set::pointer files_;
  std::vector<std::optional<spoken_day>> days_;  // of each file, once it has been asked for
  bounded_cache<word_set::match> found_{1024};   // by style and language tag
  std::uint64_t cold_loads_ = 0;
};

}  // namespace polyclock::format
