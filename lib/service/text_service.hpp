// The text conversation: lines that people type, and replies that they read. One lives in each worker for each
// text listener.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "format/text.hpp"
#include "protocol/service.hpp"
#include "protocol/text_command.hpp"
#include "protocol/text_line.hpp"
#include "service/answerer.hpp"
#include "service/defaults.hpp"
#include "service/reply.hpp"

namespace polyclock::service {

// What a peer has chosen for the rest of its conversation; empty: the listener's default.
struct text_choices {
  std::optional<format::text> locale;
  std::optional<format::text> zone;
  std::optional<format::text> style;
};

class text_service {
 public:
  using peer = text_choices;
  static constexpr std::size_t request_size_max = protocol::text_line_size_max + 1;
  static constexpr std::size_t reply_size_max = protocol::reply_line_size_max;
  // Programs that do not terminate their line wait for the reply.
  static constexpr std::chrono::milliseconds pause_length{300};

  text_service(std::shared_ptr<answerer> answerer, service::defaults defaults)
      : answerer_(std::move(answerer)), defaults_(std::move(defaults)) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  [[nodiscard]] protocol::step advance(peer& choices, const protocol::step_input& in,
                                       std::span<std::byte> out) noexcept;

 private:
  // The reply to a command, and what it cost.
  struct made_line {
    format::text text;
    protocol::cost took = protocol::cost::cached;
    bool wants_time = false;
    std::uint8_t error = 0;
  };

  [[nodiscard]] reply make_reply(std::string_view line, text_choices& choices,
                                 protocol::cost cost_max, std::span<std::byte> out) noexcept;
  void execute(const protocol::text_command& command, text_choices& choices,
               protocol::cost cost_max, made_line& line) noexcept;
  void tell(const text_choices& choices, format::components what, protocol::cost cost_max,
            made_line& line) noexcept;
  void choose(const protocol::text_command& command, text_choices& choices, protocol::cost cost_max,
              made_line& line) noexcept;
  [[nodiscard]] std::string_view locale_of(const text_choices& choices) const noexcept;
  // The answer; empty where the line holds an error, or wants time.
  [[nodiscard]] std::optional<time_answer> ask(const text_choices& choices, format::components what,
                                               protocol::cost cost_max, made_line& line) noexcept;

  std::shared_ptr<answerer> answerer_;
  service::defaults defaults_;
};

static_assert(protocol::pausing_service<text_service>);

}  // namespace polyclock::service
