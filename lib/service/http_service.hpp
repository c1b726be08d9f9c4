// HTTP/1.1: the head of a request becomes a response. One lives in each worker for each HTTP listener; what the
// resources are is in the folder http.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "protocol/http_request.hpp"
#include "protocol/service.hpp"
#include "service/answerer.hpp"
#include "service/defaults.hpp"
#include "service/http/event_stream.hpp"
#include "service/http/exchange.hpp"
#include "service/http/resources.hpp"
#include "service/statistics.hpp"
#include "service/subscribers.hpp"

namespace polyclock::service {

class http_service {
 public:
  class peer {
   public:
    explicit peer(const protocol::peer_address& address) : address_(address) {}

    void release_body() noexcept {
      body_.reset();
      event_.reset();
    }

   private:
    friend class http_service;

    protocol::peer_address address_;
    std::shared_ptr<const std::string> body_;   // while it is sent
    std::shared_ptr<const event_bytes> event_;  // likewise
    std::unique_ptr<http_batch> batch_;
    std::unique_ptr<event_stream> stream_;
  };

  static constexpr std::size_t request_size_max = protocol::http_head_size_max;
  static constexpr std::size_t reply_size_max = 3072;
  static constexpr std::size_t usual_size_max = 1024;

  // Without statistics the administrator's resources are not there.
  http_service(std::shared_ptr<answerer> answerer, service::defaults defaults,
               std::shared_ptr<const statistics> admin,
               std::shared_ptr<subscribers> places = std::make_shared<subscribers>());

  void observe_time() noexcept { answerer_->observe_time(); }

  // A request whose end is not known ends the connection.
  [[nodiscard]] protocol::step advance(peer& of, const protocol::step_input& in,
                                       std::span<std::byte> out) noexcept;

 private:
  // A request, and what becomes of its connection.
  struct received {
    std::span<const std::byte> head;
    protocol::http_request request;
    bool is_last = false;
  };

  [[nodiscard]] generation now() const noexcept;
  [[nodiscard]] http_exchange exchange_of(peer& of, const received& asked,
                                          protocol::cost cost_max) noexcept;
  [[nodiscard]] protocol::step refuse(peer& of, const protocol::decoded_http& why,
                                      std::span<std::byte> out);
  [[nodiscard]] http_reply make_reply(const http_exchange& asked);
  // Head and body, or the head alone, with the body to be sent after it.
  [[nodiscard]] protocol::step write(peer& of, const received& asked, http_reply& reply,
                                     std::span<std::byte> out);

  // The head of a stream has been written.
  [[nodiscard]] protocol::step open(event_stream& stream, const received& asked,
                                    std::size_t head_size, std::span<std::byte> out) const;
  // What is due next in an open stream.
  [[nodiscard]] protocol::step push(peer& of, const protocol::step_input& in,
                                    std::span<std::byte> out);
  // Gives a stream this service's defaults. False where it has no texts by these.
  [[nodiscard]] bool adopt(peer& of);

  std::shared_ptr<answerer> answerer_;
  service::defaults defaults_;
  http_resources resources_;
  std::unique_ptr<http_scratch> scratch_;
  std::shared_ptr<batch_places> places_ = std::make_shared<batch_places>();
  std::uint32_t cache_id_;
  stream_context streams_;
};

static_assert(protocol::addressed_service<http_service>);
static_assert(protocol::body_owning_service<http_service>);

}  // namespace polyclock::service
