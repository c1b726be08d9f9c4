// The packets that list the names a server knows: a request for the names after a given one, and a page
// of them. Written and read by the client's `zones` and `locales` and by the daemon's DT service.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/extended.hpp"

namespace polyclock::protocol {

// `statistics` are lines of a name, a space and a number.
enum class name_kind : std::uint8_t { zones = 1, locales = 2, statistics = 4 };

// Views point into the caller's strings (to encode) or into the packet (once decoded).
struct list_request {
  std::uint32_t id = 0;
  name_kind kind = name_kind::zones;
  std::string_view pattern;  // empty: all names
  std::string_view after;    // empty: from the first one on
};

// Bytes written to `out`, or 0 where the request exceeds `out` or 1,024 bytes.
std::size_t encode(const list_request& request, std::span<std::byte> out) noexcept;

// Reads the fields of one whole packet, whose header has been checked; false where they break a rule.
bool decode_list_request(std::span<const std::byte> packet, list_request& request) noexcept;

// Writes a page name by name, as many as a packet holds.
class page_writer {
 public:
  page_writer(std::span<std::byte> out, std::uint32_t id) noexcept;

  // False where the name does not fit any more.
  [[nodiscard]] bool add(std::string_view name) noexcept;

  // Bytes of the packet.
  [[nodiscard]] std::size_t finish(bool more) noexcept;

 private:
  output_cursor cursor_;
};

// A page as a client reads it.
struct name_page {
  std::uint32_t id = 0;
  bool more = false;                 // names follow after the last one
  std::span<const std::byte> names;  // the fields, checked; `next_name` takes them apart
};

bool decode_page(std::span<const std::byte> packet, name_page& page) noexcept;

// Takes the next name off a page; empty at its end.
[[nodiscard]] std::string_view next_name(name_page& page) noexcept;

}  // namespace polyclock::protocol
