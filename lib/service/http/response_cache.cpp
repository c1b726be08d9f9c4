#include "service/http/response_cache.hpp"

#include <algorithm>
#include <cstring>

#include "service/byte_hash.hpp"

namespace polyclock::service {

const response_cache::entry* response_cache::find(std::uint32_t listener,
                                                  std::span<const std::byte> head,
                                                  const generation& now) const noexcept {
  if (head.empty() || head.size() > sizeof(entry::head)) return nullptr;
  const std::uint64_t hash = hash_of(head, listener);
  for (const entry& one : sets_[hash % set_count]) {
    if (one.hash == hash && one.listener == listener && one.head_size == head.size() &&
        one.made_in == now && std::memcmp(one.head.data(), head.data(), head.size()) == 0) {
      return &one;
    }
  }
  return nullptr;
}

void response_cache::store(std::uint32_t listener, const stored& fresh,
                           const generation& now) noexcept {
  const auto head = fresh.head;
  const auto response = fresh.response;
  if (head.empty() || head.size() > sizeof(entry::head)) return;
  if (response.size() > sizeof(entry::response)) return;
  const std::uint64_t hash = hash_of(head, listener);
  entry_set& set = sets_[hash % set_count];
  // The same request's response of an earlier time, or else the oldest one.
  entry* place = std::find_if(set.begin(), set.end(), [&](const entry& one) {
    return one.hash == hash && one.listener == listener && one.head_size == head.size();
  });
  if (place == set.end()) {
    place = std::min_element(set.begin(), set.end(), [](const entry& a, const entry& b) {
      return a.made_in.second < b.made_in.second;
    });
  }
  place->made_in = now;
  place->hash = hash;
  place->listener = listener;
  place->head_size = static_cast<std::uint16_t>(head.size());
  place->response_size = static_cast<std::uint16_t>(response.size());
  place->is_last = fresh.is_last;
  place->error = fresh.error;
  std::memcpy(place->head.data(), head.data(), head.size());
  std::memcpy(place->response.data(), response.data(), response.size());
}

}  // namespace polyclock::service
