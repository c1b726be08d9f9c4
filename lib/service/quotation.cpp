#include "service/quotation.hpp"

namespace polyclock::service {

void quote(std::string_view words, format::text& out) noexcept {
  constexpr std::size_t shown_max = 64;
  out << "'";
  for (const char c : words.substr(0, shown_max)) {
    const bool plain = c >= 0x20 && c <= 0x7E;
    out << (plain ? std::string_view(&c, 1) : "?");
  }
  out << (words.size() > shown_max ? "...'" : "'");
}

}  // namespace polyclock::service
