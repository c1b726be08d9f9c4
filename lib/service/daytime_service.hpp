// The Daytime Protocol (RFC 867): on connect one line of text, then the end; by datagram
// the same line. One lives in each worker for
// each daytime listener.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "protocol/text_line.hpp"
#include "service/answerer.hpp"
#include "service/defaults.hpp"
#include "service/greeting.hpp"
#include "service/kept_reply.hpp"

namespace polyclock::service {

class daytime_service : public greeting {
 public:
  static constexpr std::size_t reply_size_max = protocol::reply_line_size_max;

  // An empty locale stands for no text, but the line that inetd made common.
  daytime_service(std::shared_ptr<answerer> answerer, service::defaults defaults)
      : answerer_(std::move(answerer)), defaults_(std::move(defaults)) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  [[nodiscard]] protocol::replied reply(const request&, std::span<std::byte> out) noexcept {
    const auto render_line = [this](std::span<std::byte> space) { return render(space); };
    const std::size_t size = kept_.write(answerer_->epoch(), out, render_line);
    return {size, protocol::next_step::close, answerer_->take_effort()};
  }

  // Whatever the datagram holds.
  [[nodiscard]] std::size_t answer_datagram(std::span<const std::byte>,
                                            std::span<std::byte> out) noexcept {
    return reply({}, out).size;
  }

 private:
  [[nodiscard]] std::size_t render(std::span<std::byte> out) noexcept;

  std::shared_ptr<answerer> answerer_;
  service::defaults defaults_;
  kept_reply<reply_size_max> kept_;
};

static_assert(protocol::stream_service<daytime_service>);
static_assert(protocol::datagram_service<daytime_service>);

}  // namespace polyclock::service
