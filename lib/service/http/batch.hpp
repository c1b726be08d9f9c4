// Several times in one reply, of which each step of the connection gives as many as it has time for: what it has
// given waits in the batch of its peer.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clock/instant.hpp"
#include "protocol/service.hpp"
#include "service/http/network_places.hpp"

namespace polyclock::service {

// Of one listener and worker. A batch has up to 16 answers of about 700 bytes.
using batch_places = network_places<512>;

class http_batch {
 public:
  // Null where there is no place for it.
  [[nodiscard]] static std::unique_ptr<http_batch> begin(clock::instant when,
                                                         const protocol::peer_address& peer,
                                                         std::shared_ptr<batch_places> places) {
    auto made = std::make_unique<http_batch>(when, network_of(peer));
    if (!places->take(made->network_)) return nullptr;
    made->places_ = std::move(places);
    return made;
  }

  http_batch(clock::instant when, network_number network) : when_(when), network_(network) {}
  ~http_batch() {
    if (places_) places_->give_back(network_);
  }

  http_batch(const http_batch&) = delete;
  http_batch& operator=(const http_batch&) = delete;

  [[nodiscard]] clock::instant when() const noexcept { return when_; }  // of the request

  std::vector<std::string> answers;  // JSON

 private:
  clock::instant when_;
  network_number network_;
  std::shared_ptr<batch_places> places_;
};

}  // namespace polyclock::service
