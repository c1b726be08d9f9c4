#include "format/available_locales.hpp"

#include <unicode/locid.h>

#include <algorithm>
#include <cstdint>

#include "base/ascii.hpp"

namespace polyclock::format {
std::vector<std::string> available_locales() {
  std::int32_t count = 0;
  const icu::Locale* const locales = icu::Locale::getAvailableLocales(count);
  std::vector<std::string> tags;
  for (std::int32_t i = 0; i < count; ++i) {
    UErrorCode status = U_ZERO_ERROR;
    auto tag = locales[i].toLanguageTag<std::string>(status);
    if (U_SUCCESS(status)) tags.push_back(std::move(tag));
  }
  std::sort(tags.begin(), tags.end(), base::less_ignoring_case);
  return tags;
}

}  // namespace polyclock::format
