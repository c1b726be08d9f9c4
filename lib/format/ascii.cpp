#include "format/ascii.hpp"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "format/locale.hpp"

namespace polyclock::format {
namespace {

struct folding {
  char32_t from;
  std::string_view to;
};

constexpr std::array german_foldings{
    folding{U'Ä', "Ae"}, folding{U'Ö', "Oe"}, folding{U'Ü', "Ue"},
    folding{U'ä', "ae"}, folding{U'ö', "oe"}, folding{U'ü', "ue"},
};

// Letters without a decomposition, spaces, marks of direction, and common punctuation.
constexpr std::array foldings{
    folding{0x00A0, " "},  // no-break space
    folding{U'·', "."},   folding{U'Æ', "AE"},  folding{U'Ð', "D"},
    folding{U'Ø', "O"},   folding{U'Þ', "Th"},  folding{U'ß', "ss"},
    folding{U'æ', "ae"},  folding{U'ð', "d"},   folding{U'ø', "o"},
    folding{U'þ', "th"},  folding{U'Đ', "D"},   folding{U'đ', "d"},
    folding{U'Ħ', "H"},   folding{U'ħ', "h"},   folding{U'ı', "i"},
    folding{U'Ł', "L"},   folding{U'ł', "l"},   folding{U'Ŋ', "Ng"},
    folding{U'ŋ', "ng"},  folding{U'Œ', "OE"},  folding{U'œ', "oe"},
    folding{U'Ŧ', "T"},   folding{U'ŧ', "t"},   folding{U'Ɓ', "B"},
    folding{U'Ɗ', "D"},   folding{U'Ə', "E"},   folding{U'Ƙ', "K"},
    folding{U'ƙ', "k"},   folding{U'ɓ', "b"},   folding{U'ɔ', "o"},
    folding{U'ɗ', "d"},   folding{U'ə', "e"},   folding{U'ɛ', "e"},
    folding{U'Ɔ', "O"},   folding{U'Ɛ', "E"},   folding{U'Ɣ', "G"},
    folding{U'ƒ', "f"},   folding{U'ɖ', "d"},   folding{U'ɨ', "i"},
    folding{U'Ɨ', "I"},   folding{U'ʉ', "u"},   folding{U'Ʉ', "U"},
    folding{U'ǝ', "e"},   folding{U'Ǝ', "E"},   folding{U'ʔ', "'"},
    folding{U'ɣ', "g"},   folding{U'ʻ', "'"},   folding{U'ʼ', "'"},
    folding{U'ʿ', "'"},   folding{0x2009, " "},  // thin space
    folding{0x200E, ""},  folding{0x200F, ""},   // marks of direction
    folding{U'–', "-"},   folding{U'—', "-"},   folding{U'‘', "'"},
    folding{U'’', "'"},   folding{U'“', "\""},  folding{U'”', "\""},
    folding{U'…', "..."}, folding{0x202F, " "},  // narrow no-break space
    folding{U'ɩ', "i"},   folding{U'Ɩ', "I"},   folding{U'ʊ', "u"},
    folding{U'Ʊ', "U"},   folding{U'ɲ', "ny"},  folding{U'Ɲ', "Ny"},
    folding{U'ƴ', "y"},   folding{U'Ƴ', "Y"},   folding{U'ʋ', "v"},
    folding{U'Ʋ', "V"},   folding{0xA78B, "'"}, folding{0xA78C, "'"},  // saltillo
    folding{U'ǀ', "|"},   folding{U'ǁ', "||"},                         // clicks of Khoekhoe
    folding{U'ǂ', "|="},  folding{U'ǃ', "!"},   folding{U'⁄', "/"},    // of fractions
};

template <typename Table>
const folding* find(const Table& table, char32_t point) noexcept {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const folding& folding) { return folding.from == point; });
  return found == table.end() ? nullptr : &*found;
}

bool is_ascii(char32_t point) noexcept {
  return point >= 0x20 && point <= 0x7E;
}

bool fold(char32_t point, bool german, text& out) noexcept;

// Folds the characters that Unicode's compatibility decomposition has for a composed letter, a letter above or
// below the line, a ligature; false where it has none.
bool fold_decomposed(char32_t point, text& out) noexcept {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* const decomposer = unorm2_getNFKDInstance(&status);
  std::array<UChar, 32> parts{};
  const std::int32_t count = unorm2_getDecomposition(decomposer, static_cast<UChar32>(point),
                                                     parts.data(), parts.size(), &status);
  if (U_FAILURE(status) || count < 1) return false;
  return std::all_of(parts.begin(), parts.begin() + count,
                     [&](UChar part) { return part != point && fold(part, false, out); });
}

// Writes the ASCII form of one character; false where it has none.
bool fold(char32_t point, bool german, text& out) noexcept {
  const folding* folding = german ? find(german_foldings, point) : nullptr;
  if (folding == nullptr) folding = find(foldings, point);
  if (folding != nullptr) {
    out << folding->to;
    return true;
  }
  if (is_ascii(point)) {
    out << static_cast<char>(point);
    return true;
  }
  const bool is_mark = u_charType(static_cast<UChar32>(point)) == U_NON_SPACING_MARK;
  return is_mark || fold_decomposed(point, out);
}

}  // namespace

bool fold_to_ascii(std::string_view in, std::string_view locale, text& out) noexcept {
  const bool german = is_latin(locale, "de") || is_latin(locale, "gsw");
  const auto points = icu::UnicodeString::fromUTF8(
      icu::StringPiece(in.data(), static_cast<std::int32_t>(in.size())));
  for (std::int32_t i = 0; i < points.length(); i = points.moveIndex32(i, 1)) {
    if (!fold(static_cast<char32_t>(points.char32At(i)), german, out)) return false;
  }
  return !out.overflowed();
}

}  // namespace polyclock::format
