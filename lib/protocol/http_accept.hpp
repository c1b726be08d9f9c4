// What an HTTP client would rather have: the fields Accept and Accept-Language (RFC 9110, 12.4 and 12.5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace polyclock::protocol {

// The best languages of a field Accept-Language, best first. Wildcards, languages that are not wanted (q=0) and those
// beyond the first 64 are left out.
class accepted_languages {
 public:
  static constexpr std::size_t size_max = 8;

  explicit accepted_languages(std::string_view field) noexcept;

  [[nodiscard]] std::span<const std::string_view> best_first() const noexcept {
    return {languages_.data(), size_};
  }

 private:
  std::size_t size_ = 0;
  std::array<std::string_view, size_max> languages_;
};

// How much a field Accept wants a media type such as `text/plain`, from 0 to 1,000. Everything is wanted where the
// field is missing. The first 64 ranges count.
[[nodiscard]] std::uint16_t quality_of(std::string_view type, std::string_view accept) noexcept;

// Whether a range of the field names the type itself.
[[nodiscard]] bool names_type(std::string_view type, std::string_view accept) noexcept;

}  // namespace polyclock::protocol
