// The Time Protocol (RFC 868): on connect four bytes, then the end; by datagram the
// same four. One lives in each worker for each time
// listener.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "protocol/time_protocol.hpp"
#include "service/answerer.hpp"
#include "service/greeting.hpp"

namespace polyclock::service {

class time_service : public greeting {
 public:
  static constexpr std::size_t reply_size_max = protocol::time_size;

  explicit time_service(std::shared_ptr<answerer> answerer) : answerer_(std::move(answerer)) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  [[nodiscard]] protocol::replied reply(const request&, std::span<std::byte> out) noexcept {
    return {protocol::encode_time(answerer_->now().seconds, out), protocol::next_step::close};
  }

  // Whatever the datagram holds.
  [[nodiscard]] std::size_t answer_datagram(std::span<const std::byte>,
                                            std::span<std::byte> out) noexcept {
    return reply({}, out).size;
  }

 private:
  std::shared_ptr<answerer> answerer_;
};

static_assert(protocol::stream_service<time_service>);
static_assert(protocol::datagram_service<time_service>);

}  // namespace polyclock::service
