#include "service/packet_cache.hpp"

#include <algorithm>
#include <cstring>

#include "protocol/extended.hpp"
#include "service/byte_hash.hpp"

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

const packet_cache::entry* packet_cache::find(std::uint32_t listener,
                                              std::span<const std::byte> query,
                                              const generation& now) const noexcept {
  const auto fields = fields_of(query);
  if (fields.empty()) return nullptr;
  const std::uint64_t hash = hash_of(fields, listener);
  for (const entry& one : sets_[hash % set_count]) {
    if (one.hash == hash && one.listener == listener && one.query_size == fields.size() &&
        one.made_in == now && std::memcmp(one.query.data(), fields.data(), fields.size()) == 0) {
      return &one;
    }
  }
  return nullptr;
}

void packet_cache::store(std::uint32_t listener, std::span<const std::byte> query,
                         std::span<const std::byte> answer, const generation& now) noexcept {
  const auto fields = fields_of(query);
  if (fields.empty() || fields.size() > sizeof(entry::query)) return;
  if (answer.size() > sizeof(entry::answer)) return;
  const std::uint64_t hash = hash_of(fields, listener);
  entry_set& set = sets_[hash % set_count];
  // The same question's answer of an earlier second, or else the oldest one.
  entry* place = std::find_if(set.begin(), set.end(), [&](const entry& one) {
    return one.hash == hash && one.listener == listener && one.query_size == fields.size();
  });
  if (place == set.end()) {
    place = std::min_element(set.begin(), set.end(), [](const entry& a, const entry& b) {
      return a.made_in.second < b.made_in.second;
    });
  }
  place->made_in = now;
  place->hash = hash;
  place->listener = listener;
  place->query_size = static_cast<std::uint16_t>(fields.size());
  place->answer_size = static_cast<std::uint16_t>(answer.size());
  place->nanoseconds_at = find_nanoseconds(answer);
  std::memcpy(place->query.data(), fields.data(), fields.size());
  std::memcpy(place->answer.data(), answer.data(), answer.size());
}

std::size_t write_cached(const packet_cache::entry& cached, std::uint32_t id,
                         std::uint32_t nanoseconds, std::span<std::byte> out) noexcept {
  if (cached.answer_size > out.size()) return 0;
  std::memcpy(out.data(), cached.answer.data(), cached.answer_size);
  static_assert(id_at + id_size == protocol::extended_header_size);
  write_number(out.data() + id_at, id);
  if (cached.nanoseconds_at != 0) write_number(out.data() + cached.nanoseconds_at, nanoseconds);
  return cached.answer_size;
}

}  // namespace polyclock::service
