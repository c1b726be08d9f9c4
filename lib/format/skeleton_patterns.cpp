#include "format/skeleton_patterns.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/ascii.hpp"

namespace polyclock::format {
namespace {

constexpr std::size_t letters_max = 32;

bool is_skeleton(std::string_view letters) {
  // j, J and C are made into hours.
  const auto usable = [](char c) { return base::is_letter(c) && c != 'S' && c != 'A'; };
  return !letters.empty() && letters.size() <= letters_max &&
         std::all_of(letters.begin(), letters.end(), usable);
}

}  // namespace

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
  return U_FAILURE(status) ? icu::UnicodeString() : pattern;
}

}  // namespace polyclock::format
