#include "service/packet_cache.hpp"

#include <cstring>

#include "protocol/extended.hpp"
#include "protocol/query.hpp"

namespace polyclock::service {
namespace {

constexpr std::size_t id_at = 8;
constexpr std::size_t id_size = 4;

// The query's fields: what follows its header. Of the header only the id may differ, once framing has
// checked it.
std::span<const std::byte> fields_of(std::span<const std::byte> query) {
  return query.subspan(protocol::extended_header_size);
}

// Where an answer has its instant's nanoseconds: behind eight bytes of seconds.
std::uint16_t find_nanoseconds(std::span<const std::byte> answer) {
  protocol::input_cursor cursor(answer);
  static_cast<void>(protocol::take_header(cursor));
  while (const auto field = protocol::take_field(cursor)) {
    if (field->type != protocol::field_type::instant) continue;
    return static_cast<std::uint16_t>(field->value.data() + 8 - answer.data());
  }
  return 0;
}

void write_number(std::byte* out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) *out++ = static_cast<std::byte>(number >> shift);
}

}  // namespace

std::size_t packet_cache::write(std::uint32_t listener, std::span<const std::byte> query,
                                const generation& now, std::uint32_t nanoseconds,
                                std::span<std::byte> out) const noexcept {
  const auto* const cached = packets_.find(listener, fields_of(query), now);
  if (cached == nullptr || cached->reply_size > out.size()) return 0;
  std::memcpy(out.data(), cached->reply.data(), cached->reply_size);
  static_assert(id_at + id_size == protocol::extended_header_size);
  write_number(out.data() + id_at, protocol::packet_id(query));
  const std::uint16_t nanoseconds_at = cached->facts.nanoseconds_at;
  if (nanoseconds_at != 0) write_number(out.data() + nanoseconds_at, nanoseconds);
  return cached->reply_size;
}

void packet_cache::store(std::uint32_t listener, std::span<const std::byte> query,
                         std::span<const std::byte> answer, const generation& now) noexcept {
  packets_.store(listener, fields_of(query), answer, {find_nanoseconds(answer)}, now);
}

}  // namespace polyclock::service
