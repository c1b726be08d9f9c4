// The Time Protocol (RFC 868): on connect four bytes, then the end; by datagram the same four. One lives in
// each worker for each time listener.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "protocol/time_protocol.hpp"
#include "service/answerer.hpp"

namespace polyclock::service {

class time_service {
 public:
  struct peer {};
  static constexpr std::size_t request_size_max = 0;
  static constexpr std::size_t reply_size_max = protocol::time_size;

  explicit time_service(std::shared_ptr<answerer> answerer) : answerer_(std::move(answerer)) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  [[nodiscard]] protocol::step advance(peer&, const protocol::step_input&,
                                       std::span<std::byte> out) noexcept {
    return {.produced = encode(out), .next = protocol::wanted::end};
  }

  // A client asks with an empty datagram, or nearly so. One that could be a reply of another server, sent in its
  // name by a third, gets none, so that no datagram goes round between the two.
  [[nodiscard]] protocol::datagram_step advance_datagram(std::span<const std::byte> in,
                                                         protocol::cost,
                                                         std::span<std::byte> out) noexcept {
    return {.produced = in.size() < protocol::time_size ? encode(out) : 0};
  }

 private:
  [[nodiscard]] std::size_t encode(std::span<std::byte> out) const noexcept {
    return protocol::encode_time(answerer_->now().seconds, out);
  }

  std::shared_ptr<answerer> answerer_;
};

static_assert(protocol::stream_service<time_service>);
static_assert(protocol::datagram_service<time_service>);

}  // namespace polyclock::service
