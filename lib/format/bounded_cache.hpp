// A segmented LRU cache of bounded size for expensive values: keys that are used once, such as names that clients
// invent, evict no entry that was used again. The strategies of this folder have them.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace polyclock::format {

template <typename Value>
class bounded_cache {
 public:
  explicit bounded_cache(std::size_t size_max)
      : size_max_(size_max), protected_max_(size_max - (size_max + 3) / 4) {}

  // The value under the key, or nullptr; no heap call.
  [[nodiscard]] Value* find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entry_list& from = found->second->is_protected ? protected_ : probationary_;
    protected_.splice(protected_.begin(), from, found->second);
    found->second->is_protected = true;
    if (protected_.size() > protected_max_) demote_oldest();
    return &found->second->value;
  }

  // Stores a value under a new key. The reference is valid until the value is evicted.
  Value& insert(std::string_view key, Value value) {
    if (size() == size_max_) evict_oldest();
    probationary_.push_front({std::string(key), std::move(value)});
    index_.emplace(probationary_.front().key, probationary_.begin());
    return probationary_.front().value;
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
  struct entry {
    std::string key;
    Value value;
    bool is_protected = false;
  };
  using entry_list = std::list<entry>;

  void demote_oldest() {
    protected_.back().is_protected = false;
    probationary_.splice(probationary_.begin(), protected_, std::prev(protected_.end()));
  }

  // There is always a probationary one then: the protected ones alone do not fill the cache.
  void evict_oldest() {
    index_.erase(probationary_.back().key);
    probationary_.pop_back();
  }

  std::size_t size_max_;
  std::size_t protected_max_;
  entry_list protected_;  // used again; both lists have the most recently used first
  entry_list probationary_;
  std::unordered_map<std::string_view, typename entry_list::iterator> index_;
};

}  // namespace polyclock::format
