// Finds, for the language tag of a client, the locale that ICU has data for; the strategies with languages ask it.
#pragma once

#include <unicode/locid.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/bounded_cache.hpp"
#include "format/formatter.hpp"

namespace polyclock::format {

struct matched_locale {
  icu::Locale locale;  // with data of its own, and the extensions that are applied
  label tag;           // the same, BCP 47
  format::direction direction;
  bool has_extensions;
};

// The locale of a language tag, in canonical form, whether or not ICU has data for it; empty where it is none.
[[nodiscard]] std::optional<icu::Locale> parse_tag(std::string_view tag);

class locale_matcher {
 public:
  // Makes ICU's default locale the root first, so that no answer depends on the process's own.
  locale_matcher();

  // The nearest locale with data whose language and script are the client's (UTS #35, "Locale
  // Inheritance"), with the extensions -u-ca-, -u-hc- and -u-nu- kept and all others dropped;
  // nullptr where there is none. The result is valid until the next call.
  [[nodiscard]] const matched_locale* match(std::string_view tag);

  // The same where the tag has been matched before; else nullptr.
  [[nodiscard]] const matched_locale* known(std::string_view tag);

  // How many tags were not cached.
  [[nodiscard]] std::uint64_t cold_loads() const noexcept { return cold_loads_; }

 private:
  static constexpr std::size_t cached_max = 1024;

  // Tags that match nothing are not cached: they cost their sender the look-up each time.
  bounded_cache<matched_locale> matched_{cached_max};
  std::uint64_t cold_loads_ = 0;
};

}  // namespace polyclock::format
