#include "service/answer_cache.hpp"

#include <algorithm>

namespace polyclock::service {
namespace {

// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view bytes) noexcept {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : bytes) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value ^ value >> 32;
}

}  // namespace

std::size_t answer_cache::bucket_of(const answer_key& key) noexcept {
  return hash(key.view()) % buckets;
}

const cached_answer* answer_cache::find(const answer_key& key) const noexcept {
  if (key.overflowed()) return nullptr;
  const bucket& chosen = buckets_[bucket_of(key)];
  const auto known =
      std::find_if(chosen.entries.begin(), chosen.entries.end(), [&](const cached_answer& cached) {
        return cached.zone != nullptr && cached.key.view() == key.view();
      });
  return known == chosen.entries.end() ? nullptr : &*known;
}

cached_answer& answer_cache::draft(const answer_key& key) noexcept {
  draft_.key = key;
  draft_.zone = nullptr;
  return draft_;
}

const cached_answer& answer_cache::store_draft() noexcept {
  if (draft_.key.overflowed()) return draft_;
  bucket& chosen = buckets_[bucket_of(draft_.key)];
  const auto known =
      std::find_if(chosen.entries.begin(), chosen.entries.end(), [&](const cached_answer& cached) {
        return cached.zone != nullptr && cached.key.view() == draft_.key.view();
      });
  cached_answer& place =
      known != chosen.entries.end() ? *known : chosen.entries[chosen.next_victim++ % bucket_size];
  place = draft_;
  return place;
}

void answer_cache::clear() noexcept {
  for (bucket& chosen : buckets_) {
    for (cached_answer& cached : chosen.entries) {
      if (cached.zone != nullptr) cached.zone = nullptr;  // untouched pages stay so
    }
  }
}

}  // namespace polyclock::service
