// What the extended packets share: a 12-byte header and then fields, each a type, a length and a
// value. Used by query, answer, error and listing; the layout and its rules are specified in PROTOCOL.md.
//
//   header  0-1 magic   2-3 packet type   4 version   5 zero   6-7 length of the packet   8-11 id
//   field   0-1 field type   2-3 length of the value   4... value
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/cursor.hpp"
#include "protocol/packet.hpp"

namespace polyclock::protocol {

inline constexpr std::uint8_t extended_version = 1;
inline constexpr std::size_t extended_header_size = 12;
inline constexpr std::size_t field_header_size = 4;

enum class field_type : std::uint16_t {
  padding = 0,
  what = 1,
  style = 2,
  locale = 3,
  zone = 4,
  instant = 5,
  ascii = 6,
  names = 7,
  pattern = 8,
  after = 9,
  ahead = 10,
  text = 16,
  direction = 17,
  civil = 18,
  offset = 19,
  valid_until = 20,
  next_transition = 21,
  tz_version = 22,
  clock = 23,
  name = 24,
  more = 25,
  later = 26,
  code = 32,
  message = 33,
};

struct extended_header {
  packet_type type;  // any number from 3 on, known or not
  std::uint8_t version;
  std::uint16_t length;
  std::uint32_t id;
};

// An instant on the wire: seconds since 1970-01-01T00:00:00Z without leap seconds, and nanoseconds.
struct timestamp {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;  // below 1,000,000,000

  friend bool operator==(const timestamp&, const timestamp&) = default;
};

// An answer's text direction.
enum class text_direction : std::uint8_t { left_to_right = 1, right_to_left = 2 };

struct field {
  field_type type;
  std::span<const std::byte> value;
};

// A field's value as text; nothing is checked.
[[nodiscard]] inline std::string_view text_of(const field& field) noexcept {
  return {reinterpret_cast<const char*>(field.value.data()), field.value.size()};
}

[[nodiscard]] extended_header take_header(input_cursor& cursor) noexcept;
// The id in a whole header at the front of a packet.
[[nodiscard]] std::uint32_t packet_id(std::span<const std::byte> packet) noexcept;
[[nodiscard]] timestamp take_timestamp(input_cursor& cursor) noexcept;

// The next field; empty where the fields end or the cursor fails.
[[nodiscard]] std::optional<field> take_field(input_cursor& cursor) noexcept;

// Writes a header whose length is filled in by `finish_packet`.
void begin_packet(output_cursor& cursor, packet_type type, std::uint32_t id) noexcept;

// Bytes of the finished packet, or 0 where it did not fit.
[[nodiscard]] std::size_t finish_packet(output_cursor& cursor) noexcept;

// Lengthens a packet of `size` bytes at the front of `out` with a padding field until it fills `out`.
// False where that takes fewer bytes than a field has.
[[nodiscard]] bool pad_packet(std::span<std::byte> out, std::size_t size) noexcept;

// Of a packet that has been lengthened.
void set_packet_length(std::span<std::byte> packet, std::size_t size) noexcept;

void put_timestamp(output_cursor& cursor, timestamp when) noexcept;
void put_field_header(output_cursor& cursor, field_type type, std::size_t size) noexcept;
void put_text_field(output_cursor& cursor, field_type type, std::string_view text) noexcept;

// Which of the listed fields a packet has shown so far.
class field_set {
 public:
  // False where the field had been seen before.
  [[nodiscard]] bool insert(field_type type) noexcept {
    const auto bit = std::uint64_t{1} << static_cast<std::uint16_t>(type);
    const bool is_new = (bits_ & bit) == 0;
    bits_ |= bit;
    return is_new;
  }
  [[nodiscard]] bool contains(field_type type) const noexcept {
    return (bits_ >> static_cast<std::uint16_t>(type) & 1) != 0;
  }

 private:
  std::uint64_t bits_ = 0;  // listed field types are all below 64
};

}  // namespace polyclock::protocol
