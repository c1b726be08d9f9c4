// Files of the tree that are part of the program; CMake's function `polyclock_embed` puts them there.
#pragma once

#include <cstddef>
#include <string_view>

extern "C" {
extern const char polyclock_openapi_json[];
extern const char polyclock_openapi_json_end[];
extern const char polyclock_page_html[];
extern const char polyclock_page_html_end[];
extern const char polyclock_page_css[];
extern const char polyclock_page_css_end[];
extern const char polyclock_page_js[];
extern const char polyclock_page_js_end[];
}

namespace polyclock::service::embedded {

[[nodiscard]] inline std::string_view file_between(const char* begin, const char* end) noexcept {
  return {begin, static_cast<std::size_t>(end - begin)};
}

[[nodiscard]] inline std::string_view openapi_json() noexcept {
  return file_between(polyclock_openapi_json, polyclock_openapi_json_end);
}

// The page for browsers: with markers such as {{text}}, its style and its script.
[[nodiscard]] inline std::string_view page_html() noexcept {
  return file_between(polyclock_page_html, polyclock_page_html_end);
}
[[nodiscard]] inline std::string_view page_css() noexcept {
  return file_between(polyclock_page_css, polyclock_page_css_end);
}
[[nodiscard]] inline std::string_view page_js() noexcept {
  return file_between(polyclock_page_js, polyclock_page_js_end);
}

}  // namespace polyclock::service::embedded
