// DT, classic and extended: a decoded request becomes a reply packet. One lives in each worker for
// each DT listener; the sessions of that listener call it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "protocol/dt_request.hpp"
#include "protocol/service.hpp"
#include "service/answerer.hpp"
#include "service/defaults.hpp"
#include "service/kept_reply.hpp"
#include "service/packet_cache.hpp"

namespace polyclock::service {

class dt_service {
 public:
  struct request {
    protocol::dt_request decoded;
    std::span<const std::byte> query;           // its packet; empty: it is no query
    const packet_cache::entry* kept = nullptr;  // its answer, which spares the decoding
  };
  static constexpr std::size_t request_size_max = protocol::request_size_max;
  static constexpr std::size_t reply_size_max = protocol::reply_size_max;

  // Classic packets carry `classic_magic`.
  dt_service(std::shared_ptr<answerer> answerer, service::defaults defaults,
             std::uint16_t classic_magic = protocol::dt_magic)
      : answerer_(std::move(answerer)),
        defaults_(std::move(defaults)),
        classic_magic_(classic_magic) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  [[nodiscard]] protocol::decoded decode(std::span<const std::byte> in,
                                         request& asked) const noexcept;

  // A fault's reply closes the conversation only where the decoder called it malformed.
  [[nodiscard]] protocol::replied reply(const request& asked, std::span<std::byte> out) noexcept;

  // A datagram is one whole request. An extended one is answered only where it is as long as the
  // longest reply, so that nobody gets more bytes sent to another's address than he spends himself.
  [[nodiscard]] std::size_t answer_datagram(std::span<const std::byte> in,
                                            std::span<std::byte> out) noexcept;

 private:
  [[nodiscard]] std::size_t answer(const request& asked, std::span<std::byte> out) noexcept;
  [[nodiscard]] std::size_t answer(const protocol::query& query, std::span<const std::byte> packet,
                                   std::span<std::byte> out) noexcept;
  [[nodiscard]] std::size_t answer(const protocol::classic_request& asked,
                                   std::span<std::byte> out) noexcept;
  [[nodiscard]] std::size_t render(const protocol::classic_request& asked,
                                   std::span<std::byte> out) noexcept;
  [[nodiscard]] std::size_t answer(const protocol::list_request& asked,
                                   std::span<std::byte> out) noexcept {
    return answerer_->list(asked, out);
  }
  [[nodiscard]] static std::size_t answer(const protocol::fault& fault,
                                          std::span<std::byte> out) noexcept;

  std::shared_ptr<answerer> answerer_;
  service::defaults defaults_;
  std::uint16_t classic_magic_;
  packet_cache packets_;

  // Classic responses, with the service's own magic.
  static constexpr std::size_t response_size_max =
      protocol::classic_header_size + protocol::classic_text_size_max;
  kept_reply<response_size_max> dates_;
  kept_reply<response_size_max> times_;
};

static_assert(protocol::stream_service<dt_service>);
static_assert(protocol::datagram_service<dt_service>);

}  // namespace polyclock::service
