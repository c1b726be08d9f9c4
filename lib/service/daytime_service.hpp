// The Daytime Protocol (RFC 867): on connect one line of text, then the end. One lives in each worker for
// each daytime listener.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "protocol/daytime.hpp"
#include "service/answerer.hpp"
#include "service/greeting.hpp"

namespace polyclock::service {

// What a listener tells.
struct daytime_defaults {
  std::string locale = {};  // empty: no text, but the line that inetd made common
  std::string zone = "UTC";
  std::string style = {};
  bool ascii = false;
};

class daytime_service : public greeting {
 public:
  static constexpr std::size_t reply_size_max = protocol::daytime_size_max;

  daytime_service(std::shared_ptr<answerer> answerer, daytime_defaults defaults)
      : answerer_(std::move(answerer)), defaults_(std::move(defaults)) {}

  [[nodiscard]] protocol::replied reply(const request&, std::span<std::byte> out) noexcept;

 private:
  std::shared_ptr<answerer> answerer_;
  daytime_defaults defaults_;
};

static_assert(protocol::stream_service<daytime_service>);

}  // namespace polyclock::service
