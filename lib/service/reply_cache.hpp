// Whole replies by the bytes of their requests: a set-associative cache whose size never changes. All listeners of a
// protocol of a worker share one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/zeroed_array.hpp"
#include "service/generation.hpp"

namespace polyclock::service {

// `Facts`: what else is known of a reply. Longer requests and replies are not cached.
template <std::size_t RequestSizeMax, std::size_t ReplySizeMax, typename Facts>
class reply_cache {
 public:
  // All zero: the entry is empty.
  struct entry {
    generation made_in;
    std::uint64_t hash;
    std::uint32_t listener;
    std::uint16_t request_size;
    std::uint16_t reply_size;
    Facts facts;
    std::array<std::byte, RequestSizeMax> request;
    std::array<std::byte, ReplySizeMax> reply;
  };

  // Another listener's replies differ, since its defaults do.
  [[nodiscard]] std::uint32_t new_listener() noexcept { return ++last_listener_; }

  // The reply to that request, made in that generation; nullptr where there is none.
  [[nodiscard]] const entry* find(std::uint32_t listener, std::span<const std::byte> request,
                                  const generation& now) const noexcept {
    if (request.empty() || request.size() > RequestSizeMax) return nullptr;
    const std::uint64_t hash = hash_of(request, listener);
    for (const entry& one : sets_[hash % set_count]) {
      if (one.made_in == now && is_of(one, hash, listener, request)) return &one;
    }
    return nullptr;
  }

  void store(std::uint32_t listener, std::span<const std::byte> request,
             std::span<const std::byte> reply, const Facts& facts, const generation& now) noexcept {
    if (request.empty() || request.size() > RequestSizeMax || reply.size() > ReplySizeMax) return;
    const std::uint64_t hash = hash_of(request, listener);
    entry_set& set = sets_[hash % set_count];
    // The same request's reply of an earlier time, or else the oldest one.
    auto place = std::find_if(set.begin(), set.end(), [&](const entry& one) {
      return is_of(one, hash, listener, request);
    });
    if (place == set.end()) {
      place = std::min_element(set.begin(), set.end(), [](const entry& a, const entry& b) {
        return a.made_in.second < b.made_in.second;
      });
    }
    place->made_in = now;
    place->hash = hash;
    place->listener = listener;
    place->request_size = static_cast<std::uint16_t>(request.size());
    place->reply_size = static_cast<std::uint16_t>(reply.size());
    place->facts = facts;
    std::memcpy(place->request.data(), request.data(), request.size());
    std::memcpy(place->reply.data(), reply.data(), reply.size());
  }

 private:
  static constexpr std::size_t set_count = 256;
  static constexpr std::size_t set_size = 4;
  using entry_set = std::array<entry, set_size>;

  static bool is_of(const entry& one, std::uint64_t hash, std::uint32_t listener,
                    std::span<const std::byte> request) noexcept {
    return one.hash == hash && one.listener == listener && one.request_size == request.size() &&
           std::memcmp(one.request.data(), request.data(), request.size()) == 0;
  }

  // Eight bytes at a time, multiplied and folded (the scheme of wyhash, Wang Yi 2019). Requests that are made to
  // collide evict the other ones of their set, which are answered anew.
  static std::uint64_t hash_of(std::span<const std::byte> bytes, std::uint32_t listener) noexcept {
    constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;
    std::uint64_t hash = (bytes.size() + (std::uint64_t{listener} << 32)) * multiplier;
    while (bytes.size() >= 8) {
      std::uint64_t part = 0;
      std::memcpy(&part, bytes.data(), 8);
      hash = (hash ^ part) * multiplier;
      hash ^= hash >> 32;
      bytes = bytes.subspan(8);
    }
    std::uint64_t rest = 0;
    if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
    hash = (hash ^ rest) * multiplier;
    return hash ^ (hash >> 29);
  }

  base::zeroed_array<entry_set> sets_{set_count};
  std::uint32_t last_listener_ = 0;
};

}  // namespace polyclock::service
