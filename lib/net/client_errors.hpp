// The networks whose clients cause the most errors, in a table whose size never changes (Misra and Gries 1982). Each
// worker has one; the daemon's log and statistics name them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "net/address_prefix.hpp"

namespace polyclock::net {

class client_errors {
 public:
  // A count is at most by 1/33 of all errors too small.
  struct entry {
    address_prefix network;
    std::uint64_t count = 0;  // 0: free
  };
  using table = std::array<entry, 32>;

  // Where there is no free entry, each one loses an error instead.
  void add(const address_prefix& network) noexcept {
    entry* free = nullptr;
    for (entry& one : entries_) {
      if (one.count == 0) {
        free = &one;
      } else if (one.network == network) {
        ++one.count;
        return;
      }
    }
    if (free != nullptr) {
      *free = {network, 1};
    } else {
      for (entry& one : entries_) --one.count;
    }
  }

  [[nodiscard]] const table& entries() const noexcept { return entries_; }

 private:
  table entries_{};
};

}  // namespace polyclock::net
