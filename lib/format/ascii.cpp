#include "format/ascii.hpp"

#include <algorithm>
#include <array>

#include "format/locale.hpp"

namespace polyclock::format {
namespace {

struct folding {
  std::string_view from;  // one character in UTF-8
  std::string_view to;
};

constexpr std::array german_foldings{
    folding{"ä", "ae"}, folding{"ö", "oe"}, folding{"ü", "ue"}, folding{"Ä", "Ae"},
    folding{"Ö", "Oe"}, folding{"Ü", "Ue"}, folding{"ß", "ss"},
};

constexpr std::array foldings{
    folding{"ā", "a"},  folding{"ē", "e"},      folding{"ī", "i"},      folding{"ō", "o"},
    folding{"ū", "u"},  folding{"Ā", "A"},      folding{"Ē", "E"},      folding{"Ī", "I"},
    folding{"Ō", "O"},  folding{"Ū", "U"},      folding{"ä", "a"},      folding{"ö", "o"},
    folding{"ü", "u"},  folding{"Ä", "A"},      folding{"Ö", "O"},      folding{"Ü", "U"},
    folding{"ß", "ss"}, folding{"\u00A0", " "}, folding{"\u202F", " "},
};

template <typename Table>
const folding* find(const Table& table, std::string_view rest) noexcept {
  const auto found = std::find_if(table.begin(), table.end(), [&](const folding& folding) {
    return rest.starts_with(folding.from);
  });
  return found == table.end() ? nullptr : &*found;
}

bool is_ascii(char c) noexcept {
  return c >= 0x20 && c <= 0x7E;
}

}  // namespace

bool fold_to_ascii(std::string_view text, std::string_view locale, format::text& out) noexcept {
  const bool german = is_latin(locale, "de");
  while (!text.empty()) {
    if (is_ascii(text.front())) {
      out << text.substr(0, 1);
      text.remove_prefix(1);
      continue;
    }
    const folding* folding = german ? find(german_foldings, text) : nullptr;
    if (folding == nullptr) folding = find(foldings, text);
    if (folding == nullptr) return false;
    out << folding->to;
    text.remove_prefix(folding->from.size());
  }
  return !out.overflowed();
}

}  // namespace polyclock::format
