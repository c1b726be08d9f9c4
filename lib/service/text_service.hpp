// The text conversation: lines that people type become lines that they read. One lives in each worker for each
// text listener; what a peer has chosen lives in its request object.
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

namespace polyclock::service {

// What a peer has set for the rest of its conversation; none: the listener's own.
struct text_choices {
  std::optional<format::text> locale;
  std::optional<format::text> zone;
  std::optional<format::text> style;
};

class text_service {
 public:
  struct request {
    protocol::text_line line;
    bool too_long = false;
    text_choices choices;
  };
  static constexpr std::size_t request_size_max = protocol::text_line_size_max;
  static constexpr std::size_t reply_size_max = protocol::reply_line_size_max;
  // Programs that end no line wait for the reply instead.
  static constexpr std::chrono::milliseconds pause_length{300};

  text_service(std::shared_ptr<answerer> answerer, service::defaults defaults)
      : answerer_(std::move(answerer)), defaults_(std::move(defaults)) {}

  void observe_time() noexcept { answerer_->observe_time(); }

  [[nodiscard]] protocol::decoded decode(std::span<const std::byte> in,
                                         request& asked) const noexcept;
  [[nodiscard]] protocol::decoded decode_paused(std::span<const std::byte> in,
                                                request& asked) const noexcept;
  [[nodiscard]] protocol::replied reply(request& asked, std::span<std::byte> out) noexcept;

 private:
  void tell(const text_choices& choices, format::subject what, format::text& line) noexcept;
  void choose(const protocol::text_command& command, text_choices& choices,
              format::text& line) noexcept;
  void obey(const protocol::text_command& command, text_choices& choices,
            format::text& line) noexcept;
  [[nodiscard]] std::string_view locale_of(const text_choices& choices) const noexcept;
  [[nodiscard]] std::optional<telling> ask(const text_choices& choices, format::subject what,
                                           refusal& refusal) noexcept;

  std::shared_ptr<answerer> answerer_;
  service::defaults defaults_;
};

static_assert(protocol::pausing_service<text_service>);

}  // namespace polyclock::service
