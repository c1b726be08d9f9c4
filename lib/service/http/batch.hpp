// Several times in one reply, of which each step of the connection gives as many as it has time for: what it has
// given waits in the batch of its peer. Batches have places, so that they take bounded memory, and no network has
// more than a quarter of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/fnv1a.hpp"
#include "clock/instant.hpp"
#include "protocol/service.hpp"

namespace polyclock::service {

// Of one listener and worker. A batch has up to 16 answers of about 700 bytes.
class batch_places {
 public:
  static constexpr std::size_t all_max = 512;
  static constexpr std::size_t of_network_max = all_max / 4;

  // A network: an IPv4 address, an IPv6 /64, or the Unix sockets.
  [[nodiscard]] static std::uint8_t network_of(const protocol::peer_address& peer) noexcept {
    constexpr std::size_t prefix_max = 8;
    const std::size_t size = std::min<std::size_t>(peer.size, prefix_max);
    return static_cast<std::uint8_t>(
        base::fnv1a({reinterpret_cast<const char*>(peer.bytes.data()), size}));
  }

  [[nodiscard]] bool take(std::uint8_t network) noexcept {
    if (all_ == all_max || of_network_[network] == of_network_max) return false;
    ++all_;
    ++of_network_[network];
    return true;
  }
  void give_back(std::uint8_t network) noexcept {
    --all_;
    --of_network_[network];
  }

 private:
  std::size_t all_ = 0;
  std::array<std::uint16_t, 256> of_network_{};
};

class http_batch {
 public:
  // Null where there is no place for it.
  [[nodiscard]] static std::unique_ptr<http_batch> begin(clock::instant when,
                                                         const protocol::peer_address& peer,
                                                         std::shared_ptr<batch_places> places) {
    auto made = std::make_unique<http_batch>(when, batch_places::network_of(peer));
    if (!places->take(made->network_)) return nullptr;
    made->places_ = std::move(places);
    return made;
  }

  http_batch(clock::instant when, std::uint8_t network) : when_(when), network_(network) {}
  ~http_batch() {
    if (places_) places_->give_back(network_);
  }

  http_batch(const http_batch&) = delete;
  http_batch& operator=(const http_batch&) = delete;

  [[nodiscard]] clock::instant when() const noexcept { return when_; }  // of the request

  std::vector<std::string> answers;  // JSON

 private:
  clock::instant when_;
  std::uint8_t network_;
  std::shared_ptr<batch_places> places_;
};

}  // namespace polyclock::service
