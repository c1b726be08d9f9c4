// The target of an HTTP request, taken apart by Boost.URL: its path and query parameters, percent-decoded once. The
// HTTP service has one, which it uses for one request at a time.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "protocol/http_request.hpp"

namespace polyclock::protocol {

struct http_parameter {
  std::string_view name;
  std::string_view value;
};

class http_target {
 public:
  static constexpr std::size_t parameters_max = 32;

  http_target() = default;
  http_target(const http_target&) = delete;
  http_target& operator=(const http_target&) = delete;

  // A path with or without query (origin-form), a whole URL (absolute-form), or `*` (asterisk-form; RFC 9112, 3.2).
  // Returns why it is none of them, or an empty text. A plus sign stands for itself.
  [[nodiscard]] std::string_view parse(std::string_view target) noexcept;

  // Until the next call of `parse`.
  [[nodiscard]] std::string_view path() const noexcept { return path_; }
  [[nodiscard]] std::span<const http_parameter> parameters() const noexcept {
    return {parameters_.data(), count_};
  }

 private:
  std::string_view path_;
  std::size_t count_ = 0;
  std::size_t used_ = 0;
  std::array<http_parameter, parameters_max> parameters_;
  std::array<char, http_head_size_max> decoded_;
};

}  // namespace polyclock::protocol
