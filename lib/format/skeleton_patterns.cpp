#include "format/skeleton_patterns.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ascii.hpp"
#include "format/pattern_letters.hpp"

namespace polyclock::format {
namespace {

constexpr std::size_t letters_max = 32;

// The letters of one field, of which a pattern may have another than its skeleton (UTS #35, "Date Field Symbol
// Table"): hours by the locale's clock, a month that stands alone, the zone's name or offset.
char16_t field_of(char16_t letter) {
  constexpr std::array<std::u16string_view, 7> fields{u"yYuUr",   u"Qq",  u"MLl",    u"Eec",
                                                      u"hHkKjJC", u"abB", u"zZOvVXx"};
  for (const std::u16string_view field : fields) {
    if (field.find(letter) != std::u16string_view::npos) return field.front();
  }
  return letter;
}

// ICU leaves out a field without an error where a locale's data lack a pattern for it.
bool shows_all(const icu::UnicodeString& pattern, std::string_view skeleton) {
  std::u16string shown;
  walk_pattern(
      pattern, [&](char16_t letter, int) { shown += field_of(letter); }, [](char16_t) {});
  return std::all_of(skeleton.begin(), skeleton.end(), [&](char letter) {
    return shown.find(field_of(static_cast<char16_t>(letter))) != std::u16string::npos;
  });
}

}  // namespace

bool is_skeleton(std::string_view letters) {
  // j, J and C are made into hours.
  const auto usable = [](char c) { return base::is_letter(c) && c != 'S' && c != 'A'; };
  return !letters.empty() && letters.size() <= letters_max &&
         std::all_of(letters.begin(), letters.end(), usable);
}

icu::DateTimePatternGenerator* skeleton_patterns::generator(const icu::Locale& locale) {
  if (const auto* const known = generators_.find(locale.getName())) return known->get();
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::DateTimePatternGenerator> made(
      icu::DateTimePatternGenerator::createInstance(locale, status));
  if (U_FAILURE(status)) return nullptr;
  return generators_.insert(locale.getName(), std::move(made)).get();
}

icu::UnicodeString skeleton_patterns::best(const icu::Locale& locale, std::string_view letters) {
  if (!is_skeleton(letters)) return {};
  icu::DateTimePatternGenerator* const made = generator(locale);
  if (made == nullptr) return {};
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString skeleton(letters.data(), static_cast<std::int32_t>(letters.size()),
                                    US_INV);
  const icu::UnicodeString pattern = made->getBestPattern(skeleton, status);
  return U_SUCCESS(status) && shows_all(pattern, letters) ? pattern : icu::UnicodeString();
}

}  // namespace polyclock::format
