// The Daytime Protocol (RFC 867): on connect one line of text, then the end; by datagram the same line. One
// lives in each worker for each daytime listener.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "protocol/daytime.hpp"
#include "protocol/text_line.hpp"
#include "service/answerer.hpp"
#include "service/cached_reply.hpp"
#include "service/defaults.hpp"

namespace polyclock::service {

class daytime_service {
 public:
  struct peer {};
  static constexpr std::size_t request_size_max = 0;
  static constexpr std::size_t reply_size_max = protocol::reply_line_size_max;

  // With an empty locale the classic line of inetd is sent.
  daytime_service(std::shared_ptr<answerer> answerer, service::defaults defaults)
      : answerer_(std::move(answerer)), defaults_(std::move(defaults)) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  [[nodiscard]] protocol::step advance(peer&, const protocol::step_input& in,
                                       std::span<std::byte> out) noexcept {
    return step_of(make_reply(in.cost_max, out), 0, protocol::wanted::end);
  }

  // Whatever the datagram holds, unless it could be a reply of another server, sent in its name by a third: so no
  // datagram goes round between the two.
  [[nodiscard]] protocol::datagram_step advance_datagram(std::span<const std::byte> in,
                                                         protocol::cost cost_max,
                                                         std::span<std::byte> out) noexcept {
    return protocol::may_be_reply(in) ? protocol::datagram_step{}
                                      : datagram_step_of(make_reply(cost_max, out));
  }

 private:
  [[nodiscard]] reply make_reply(protocol::cost cost_max, std::span<std::byte> out) noexcept;
  [[nodiscard]] reply make_line(protocol::cost cost_max, std::span<std::byte> out) noexcept;

  std::shared_ptr<answerer> answerer_;
  service::defaults defaults_;
  cached_reply<reply_size_max> cached_;
};

static_assert(protocol::stream_service<daytime_service>);
static_assert(protocol::datagram_service<daytime_service>);

}  // namespace polyclock::service
