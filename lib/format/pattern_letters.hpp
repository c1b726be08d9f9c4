// Walks over the fields of a CLDR date pattern (UTS #35, "Date Format Patterns"): runs of one
// letter outside of quotes. The compiled patterns use it.
#pragma once

#include <unicode/unistr.h>

namespace polyclock::format {

// Calls `see(letter, count)` for each field and `copy(character)` for everything else, quotes
// included.
template <typename See, typename Copy>
void walk_pattern(const icu::UnicodeString& pattern, See see, Copy copy) {
  const auto is_letter = [](char16_t c) {
    return (c >= u'A' && c <= u'Z') || (c >= u'a' && c <= u'z');
  };
  bool quoted = false;
  for (int i = 0; i < pattern.length();) {
    const char16_t c = pattern[i];
    if (c == u'\'') quoted = !quoted;
    if (quoted || !is_letter(c)) {
      copy(c);
      ++i;
      continue;
    }
    int count = 1;
    while (i + count < pattern.length() && pattern[i + count] == c) ++count;
    see(c, count);
    i += count;
  }
}

}  // namespace polyclock::format
