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

kept_answer& answer_cache::entry(const answer_key& key) noexcept {
  if (key.overflowed()) {
    unkept_.zone = nullptr;
    return unkept_;
  }
  bucket& chosen = buckets_[hash(key.view()) % buckets];
  const auto known =
      std::find_if(chosen.entries.begin(), chosen.entries.end(), [&](const kept_answer& kept) {
        return kept.zone != nullptr && kept.key.view() == key.view();
      });
  if (known != chosen.entries.end()) return *known;
  kept_answer& victim = chosen.entries[chosen.next_victim++ % bucket_size];
  victim.zone = nullptr;
  victim.key = key;
  return victim;
}

void answer_cache::clear() noexcept {
  for (bucket& chosen : buckets_) {
    for (kept_answer& kept : chosen.entries) {
      if (kept.zone != nullptr) kept.zone = nullptr;  // untouched pages stay so
    }
  }
}

}  // namespace polyclock::service
