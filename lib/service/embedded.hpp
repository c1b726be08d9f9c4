// Files of the tree that are part of the program; CMake's function `polyclock_embed` puts them there.
#pragma once

#include <cstddef>
#include <string_view>

extern "C" {
extern const char polyclock_openapi_json[];
extern const char polyclock_openapi_json_end[];
}

namespace polyclock::service::embedded {

[[nodiscard]] inline std::string_view openapi_json() noexcept {
  return {polyclock_openapi_json,
          static_cast<std::size_t>(polyclock_openapi_json_end - polyclock_openapi_json)};
}

}  // namespace polyclock::service::embedded
