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

cached_answer& answer_cache::entry(const answer_key& key) noexcept {
  if (key.overflowed()) {
    uncached_.zone = nullptr;
    return uncached_;
  }
  bucket& chosen = buckets_[hash(key.view()) % buckets];
  const auto known =
      std::find_if(chosen.entries.begin(), chosen.entries.end(), [&](const cached_answer& cached) {
        return cached.zone != nullptr && cached.key.view() == key.view();
      });
  if (known != chosen.entries.end()) return *known;
  cached_answer& victim = chosen.entries[chosen.next_victim++ % bucket_size];
  victim.zone = nullptr;
  victim.key = key;
  return victim;
}

void answer_cache::clear() noexcept {
  for (bucket& chosen : buckets_) {
    for (cached_answer& cached : chosen.entries) {
      if (cached.zone != nullptr) cached.zone = nullptr;  // untouched pages stay so
    }
  }
}

}  // namespace polyclock::service
