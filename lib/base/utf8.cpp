#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace polyclock::base {
namespace {

struct sequence {
  std::size_t length;  // 0: ill-formed
  std::uint32_t code_point;
};

sequence leading(unsigned char octet) noexcept {
  if (octet < 0x80) return {1, octet};
  if (octet >= 0xC2 && octet <= 0xDF) return {2, octet & 0x1Fu};
  if (octet >= 0xE0 && octet <= 0xEF) return {3, octet & 0x0Fu};
  if (octet >= 0xF0 && octet <= 0xF4) return {4, octet & 0x07u};
  return {0, 0};
}

sequence decode(std::string_view text) noexcept {
  sequence found = leading(static_cast<unsigned char>(text.front()));
  if (found.length > text.size()) return {0, 0};
  for (std::size_t i = 1; i < found.length; ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if ((octet & 0xC0) != 0x80) return {0, 0};
    found.code_point = found.code_point << 6 | (octet & 0x3Fu);
  }
  const std::uint32_t point = found.code_point;
  const bool overlong =
      (found.length == 3 && point < 0x800) || (found.length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return overlong || surrogate || point > 0x10FFFF ? sequence{0, 0} : found;
}

bool is_printable(std::uint32_t point) noexcept {
  const bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
  const bool separates = point == 0x2028 || point == 0x2029;
  const bool reorders =
      (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  return !control && !separates && !reorders;
}

}  // namespace

bool is_printable_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto [length, point] = decode(text);
    if (length == 0 || !is_printable(point)) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string make_printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto [length, point] = decode(text);
    const bool keeps = length > 0 && is_printable(point);
    shown += keeps ? text.substr(0, length) : std::string_view("?");
    text.remove_prefix(keeps ? length : 1);
  }
  return shown;
}

}  // namespace polyclock::base
