// A cache of bounded size that drops what was used least recently; strategies keep in it what is
// dear to make, so that clients with invented names cannot make it grow.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace polyclock::format {

template <typename Value>
class bounded_cache {
 public:
  explicit bounded_cache(std::size_t size_max) : size_max_(size_max) {}

  // The value kept under the key, or nullptr; no heap call.
  [[nodiscard]] Value* find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // Keeps a value under a new key; stays where it is until it is dropped.
  Value& insert(std::string_view key, Value value) {
    if (entries_.size() == size_max_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(std::string(key), std::move(value));
    index_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  using entry = std::pair<const std::string, Value>;

  std::size_t size_max_;
  std::list<entry> entries_;  // used most recently first
  std::unordered_map<std::string_view, typename std::list<entry>::iterator> index_;
};

}  // namespace polyclock::format
