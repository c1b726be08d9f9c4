// DT, classic and extended: a decoded request becomes a reply packet. One lives in each worker for
// each DT listener; the sessions of that listener call it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "protocol/conversation.hpp"
#include "protocol/dt_request.hpp"
#include "service/answerer.hpp"

namespace polyclock::service {

// What a listener answers to requests that leave it open.
struct dt_defaults {
  std::string locale = "en";
  std::string zone = "UTC";
  std::string style = {};  // empty: what suits the language
  bool ascii = false;
  std::uint16_t classic_magic = protocol::dt_magic;
};

class dt_service {
 public:
  using request = protocol::dt_request;
  static constexpr std::size_t request_size_max = protocol::request_size_max;
  static constexpr std::size_t reply_size_max = protocol::reply_size_max;

  dt_service(std::shared_ptr<answerer> answerer, dt_defaults defaults)
      : answerer_(std::move(answerer)), defaults_(std::move(defaults)) {}

  [[nodiscard]] protocol::decoded decode(std::span<const std::byte> in,
                                         request& asked) const noexcept {
    return protocol::decode_dt_request(in, defaults_.classic_magic, asked);
  }

  // A fault's reply closes the conversation only where the decoder called it malformed.
  [[nodiscard]] protocol::replied reply(const request& asked, std::span<std::byte> out) noexcept;

 private:
  [[nodiscard]] std::size_t answer(const protocol::query& query, std::span<std::byte> out) noexcept;
  [[nodiscard]] std::size_t answer(const protocol::classic_request& asked,
                                   std::span<std::byte> out) noexcept;
  [[nodiscard]] std::size_t answer(const protocol::list_request& asked,
                                   std::span<std::byte> out) noexcept {
    return answerer_->list(asked, out);
  }
  [[nodiscard]] static std::size_t answer(const protocol::fault& fault,
                                          std::span<std::byte> out) noexcept;

  std::shared_ptr<answerer> answerer_;
  dt_defaults defaults_;
};

static_assert(protocol::stream_service<dt_service>);

}  // namespace polyclock::service
