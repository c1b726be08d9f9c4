// What one subscriber has been sent of its clocks, and what is due next: server-sent events (the HTML standard, 9.2).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock/instant.hpp"
#include "protocol/http_response.hpp"
#include "service/http/event_clock.hpp"
#include "service/http/exchange.hpp"
#include "service/http/problem.hpp"
#include "service/subscribers.hpp"

namespace polyclock::service {

// What comes next. One of the first three, or else nothing but to wait.
struct stream_step {
  bool is_over = false;  // a clock has no text any more
  std::optional<protocol::cost> wants = {};
  std::shared_ptr<const event_bytes> event = {};
  bool is_first = false;  // of its clock
  bool is_comment = false;
  bool has_more = false;                   // another step is due at once
  std::chrono::nanoseconds wake_after{0};  // else: after this time
  std::chrono::nanoseconds lateness{0};    // of the event
  protocol::cost took = protocol::cost::cached;
};

class event_stream {
 public:
  // A connection that says nothing for longer is taken for dead by many proxies.
  static constexpr std::int64_t comment_seconds = 15;

  event_stream(const http_exchange& asked, subscriber_place place);

  // Finds the clocks that its parameters name, by the defaults of the present service.
  [[nodiscard]] std::optional<problem> find_clocks(const http_exchange& asked);

  // Whether each clock has an event; else what it would cost, or why it has none.
  [[nodiscard]] event_clock::refreshed refresh(const http_exchange& asked);

  // The head has been sent.
  void open() noexcept { is_open_ = true; }
  [[nodiscard]] bool is_open() const noexcept { return is_open_; }

  [[nodiscard]] stream_step advance(answerer& times, protocol::cost cost_max,
                                    http_scratch& scratch);

  // Of its request.
  [[nodiscard]] std::string_view target() const noexcept { return target_; }
  [[nodiscard]] std::string_view accept_language() const noexcept { return accept_language_; }
  [[nodiscard]] protocol::http_stream framing() const noexcept { return framing_; }
  // The service whose defaults it has.
  [[nodiscard]] std::uint32_t service() const noexcept { return service_; }

 private:
  struct watched {
    std::shared_ptr<event_clock> clock;
    std::uint64_t sent = 0;  // the version of its last event
  };

  [[nodiscard]] std::uint64_t version_sent(const event_clock& clock) const noexcept;
  void send(watched& one, clock::instant now, stream_step& out);
  [[nodiscard]] std::chrono::nanoseconds until_next(clock::instant now) const;

  std::string target_;
  std::string accept_language_;
  protocol::http_stream framing_;
  std::uint32_t service_ = 0;
  bool is_open_ = false;
  subscriber_place place_;
  std::int64_t last_sent_ = 0;  // seconds since 1970
  std::vector<watched> clocks_;
};

// `/v1/events`: makes the stream of the exchange, and replies its head.
[[nodiscard]] http_reply events_resource(const http_exchange& asked);

}  // namespace polyclock::service
