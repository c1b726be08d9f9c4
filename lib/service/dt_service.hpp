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
#include "service/cached_reply.hpp"
#include "service/defaults.hpp"
#include "service/dt_watches.hpp"
#include "service/reply.hpp"
#include "service/statistics.hpp"
#include "service/subscribers.hpp"

namespace polyclock::service {

class dt_service {
 public:
  struct peer {
    std::unique_ptr<dt_watches> watches;  // since the first one
  };
  static constexpr std::size_t request_size_max = protocol::request_size_max;
  static constexpr std::size_t reply_size_max = protocol::reply_size_max;

  // Classic packets carry `classic_magic`. Without statistics a request for them is an error.
  dt_service(std::shared_ptr<answerer> answerer, service::defaults defaults,
             std::uint16_t classic_magic = protocol::dt_magic,
             std::shared_ptr<const statistics> statistics = {},
             std::shared_ptr<subscribers> places = std::make_shared<subscribers>())
      : answerer_(std::move(answerer)),
        defaults_(std::move(defaults)),
        classic_magic_(classic_magic),
        statistics_(std::move(statistics)),
        places_(std::move(places)),
        cache_id_(answerer_->packets().new_listener()) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  // An error's reply ends the connection only where the next request's begin is unknown.
  [[nodiscard]] protocol::step advance(peer& of, const protocol::step_input& in,
                                       std::span<std::byte> out) noexcept;

  // A datagram is one whole request. An extended one is answered only where it is as long as the longest
  // reply, so that the reply never amplifies a request from a spoofed address.
  [[nodiscard]] protocol::datagram_step advance_datagram(std::span<const std::byte> in,
                                                         protocol::cost cost_max,
                                                         std::span<std::byte> out) noexcept;

 private:
  // A request with the packet that it came in.
  struct received {
    protocol::dt_request request;
    std::span<const std::byte> packet;
    protocol::cost cost_max;
  };

  // The step of a connection that watches something, or has done so.
  [[nodiscard]] protocol::step advance_watching(peer& of, const protocol::step_input& in,
                                                std::span<std::byte> out);
  // The next answer that is due; produces nothing where none is.
  [[nodiscard]] protocol::step push(peer& of, protocol::cost cost_max, std::span<std::byte> out);
  void set_wake(const peer& of, const protocol::step_input& in,
                protocol::step& made) const noexcept;
  [[nodiscard]] protocol::step answer_input(peer& of, const protocol::step_input& in,
                                            std::span<std::byte> out) noexcept;
  [[nodiscard]] reply begin_watch(peer& of, const received& in, std::span<std::byte> out) noexcept;
  [[nodiscard]] reply answer_watch(const protocol::query& asked, const received& in,
                                   std::span<std::byte> out) noexcept;

  [[nodiscard]] std::size_t write_cached(std::span<const std::byte> packet,
                                         std::span<std::byte> out) noexcept;
  [[nodiscard]] reply make_reply(const received& in, std::span<std::byte> out) noexcept;
  [[nodiscard]] reply make_answer(const protocol::query& query, const received& in,
                                  std::span<std::byte> out) noexcept;
  // Appends the texts that follow to an answer packet; returns its size.
  [[nodiscard]] std::size_t add_later(const protocol::query& query, const time_query& asked,
                                      const time_answer& answer, std::size_t size,
                                      std::span<std::byte> out);
  [[nodiscard]] reply make_classic(const protocol::classic_request& request,
                                   protocol::cost cost_max, std::span<std::byte> out) noexcept;
  [[nodiscard]] reply render_classic(const protocol::classic_request& request,
                                     protocol::cost cost_max, std::span<std::byte> out) noexcept;
  [[nodiscard]] reply make_page(const protocol::list_request& request, protocol::cost cost_max,
                                std::span<std::byte> out) noexcept;
  [[nodiscard]] reply make_statistics(const protocol::list_request& request,
                                      std::span<std::byte> out) const noexcept;

  std::shared_ptr<answerer> answerer_;
  service::defaults defaults_;
  std::uint16_t classic_magic_;
  std::shared_ptr<const statistics> statistics_;  // null: not here
  std::shared_ptr<subscribers> places_;
  std::uint32_t cache_id_;

  // Classic responses, with the service's own magic.
  static constexpr std::size_t response_size_max =
      protocol::classic_header_size + protocol::classic_text_size_max;
  cached_reply<response_size_max> dates_;
  cached_reply<response_size_max> times_;
};

static_assert(protocol::stream_service<dt_service>);
static_assert(protocol::datagram_service<dt_service>);

}  // namespace polyclock::service
