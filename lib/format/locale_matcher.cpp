#include "format/locale_matcher.hpp"

#include <unicode/calendar.h>
#include <unicode/numsys.h>
#include <unicode/uloc.h>
#include <unicode/ures.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "format/locale.hpp"

namespace polyclock::format {
namespace {

constexpr std::size_t tag_size_max = 64;

using resource_bundle = std::unique_ptr<UResourceBundle, decltype(&ures_close)>;

// ICU has bundles that are no locale's beside them, such as `pool` and `metadata`.
bool is_available(const icu::Locale& locale) {
  std::int32_t count = 0;
  const icu::Locale* const all = icu::Locale::getAvailableLocales(count);
  return std::find(all, all + count, locale) != all + count;
}

// The locale's nearest ancestor with data of its own.
std::optional<icu::Locale> with_data(const icu::Locale& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const resource_bundle bundle(ures_open(nullptr, locale.getBaseName(), &status), ures_close);
  if (U_FAILURE(status)) return std::nullopt;
  const char* const name = ures_getLocaleByType(bundle.get(), ULOC_VALID_LOCALE, &status);
  const icu::Locale found(name);
  if (U_FAILURE(status) || !is_available(found)) return std::nullopt;
  return found;
}

bool is_calendar(const std::string& type) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> all(
      icu::Calendar::getKeywordValuesForLocale("calendar", icu::Locale::getRoot(), false, status));
  for (const char* one = nullptr; U_SUCCESS(status) && (one = all->next(nullptr, status));) {
    if (type == uloc_toUnicodeLocaleType("calendar", one)) return true;
  }
  return false;
}

// Beside the numbering systems there are names for those that each locale has (UTS #35, "Unicode Number System
// Identifier").
bool is_numbering(const std::string& name) {
  if (name == "native" || name == "traditio" || name == "finance") return true;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::NumberingSystem> system(
      icu::NumberingSystem::createInstanceByName(name.c_str(), status));
  return U_SUCCESS(status) && system != nullptr;
}

bool is_hour_cycle(const std::string& name) {
  return name == "h11" || name == "h12" || name == "h23" || name == "h24";
}

// Copies an extension that ICU knows; false where there is none.
bool copy(const icu::Locale& from, const char* key, bool (*is_known)(const std::string&),
          icu::Locale& to) {
  UErrorCode status = U_ZERO_ERROR;
  const auto value = from.getUnicodeKeywordValue<std::string>(key, status);
  if (U_FAILURE(status) || value.empty() || !is_known(value)) return false;
  to.setUnicodeKeywordValue(key, value, status);
  return U_SUCCESS(status);
}

}  // namespace

std::optional<icu::Locale> parse_tag(std::string_view tag) {
  if (tag.size() > tag_size_max || !is_well_formed(tag)) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  std::array<char, 256> name{};
  std::int32_t parsed = 0;
  uloc_forLanguageTag(std::string(tag).c_str(), name.data(), name.size(), &parsed, &status);
  if (U_FAILURE(status) || static_cast<std::size_t>(parsed) != tag.size()) return std::nullopt;
  icu::Locale locale(name.data());
  locale.canonicalize(status);  // `iw` to `he`, `mri` to `mi`
  if (U_FAILURE(status) || locale.isBogus() || *locale.getLanguage() == '\0') return std::nullopt;
  return locale;
}

locale_matcher::locale_matcher() {
  UErrorCode status = U_ZERO_ERROR;
  if (icu::Locale::getDefault() != icu::Locale::getRoot()) {
    icu::Locale::setDefault(icu::Locale::getRoot(), status);
  }
}

const matched_locale* locale_matcher::match(std::string_view tag) {
  if (const matched_locale* known = matched_.find(tag)) return known;
  ++cold_loads_;
  const auto asked = parse_tag(tag);
  auto found = asked ? with_data(*asked) : std::nullopt;
  if (!found) return nullptr;
  const bool calendar = copy(*asked, "ca", is_calendar, *found);
  const bool cycle = copy(*asked, "hc", is_hour_cycle, *found);
  const bool numbering = copy(*asked, "nu", is_numbering, *found);
  UErrorCode status = U_ZERO_ERROR;
  const auto canonical = found->toLanguageTag<std::string>(status);
  if (U_FAILURE(status)) return nullptr;
  label written;
  written = canonical;
  const auto direction =
      found->isRightToLeft() ? direction::right_to_left : direction::left_to_right;
  return &matched_.insert(tag, {*found, written, direction, calendar || cycle || numbering});
}

const matched_locale* locale_matcher::known(std::string_view tag) {
  return matched_.find(tag);
}

}  // namespace polyclock::format
