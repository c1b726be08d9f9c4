#include "service/answer_cache.hpp"

#include <algorithm>

#include "base/fnv1a.hpp"

namespace polyclock::service {
namespace {

std::uint64_t hash(std::string_view bytes) noexcept {
  const std::uint64_t value = base::fnv1a(bytes);
  return value ^ value >> 32;
}

// nullptr where there is none. `Entries`: those of a bucket, which may be constant.
template <typename Entries>
auto* find_in(Entries& entries, const answer_key& key) noexcept {
  const auto known = std::find_if(entries.begin(), entries.end(), [&](const cached_answer& cached) {
    return cached.zone != nullptr && cached.key.view() == key.view();
  });
  return known == entries.end() ? nullptr : &*known;
}

}  // namespace

const cached_answer* answer_cache::find(const answer_key& key) const noexcept {
  if (key.overflowed()) return nullptr;
  return find_in(buckets_[hash(key.view()) % buckets].entries, key);
}

cached_answer& answer_cache::draft(const answer_key& key) noexcept {
  draft_.key = key;
  draft_.zone = nullptr;
  return draft_;
}

const cached_answer& answer_cache::store_draft() noexcept {
  if (draft_.key.overflowed()) return draft_;
  bucket& chosen = buckets_[hash(draft_.key.view()) % buckets];
  cached_answer* place = find_in(chosen.entries, draft_.key);
  if (place == nullptr) place = &chosen.entries[chosen.next_victim++ % bucket_size];
  *place = draft_;
  return *place;
}

void answer_cache::clear() noexcept {
  for (bucket& chosen : buckets_) {
    for (cached_answer& cached : chosen.entries) {
      if (cached.zone != nullptr) cached.zone = nullptr;  // untouched pages stay so
    }
  }
}

}  // namespace polyclock::service
