#include "client/attempt.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/datagram_protocol.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "client/secure_layer.hpp"
#include "client/stream_exchange.hpp"

namespace polyclock::client {
namespace {

using protocol::decode_status;
using std::chrono::steady_clock;

using steady_timer =
    asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, executor>;
using datagram_socket = asio::basic_datagram_socket<asio::generic::datagram_protocol, executor>;

constexpr auto as_result = asio::as_tuple(asio::deferred);

constexpr std::chrono::seconds resend_interval{1};

failure unreachable(std::string message) {
  return {failure_kind::unreachable, std::move(message)};
}
failure malformed(std::string_view message) {
  return {failure_kind::malformed, std::string(message)};
}

}  // namespace

awaitable<outcome<connection>> attempt::run(asio::io_context& loop) {
  return server_.transport == transport::datagram ? run_by_datagram(loop) : run_by_stream(loop);
}

awaitable<outcome<connection>> attempt::run_by_stream(asio::io_context& loop) {
  stream_socket socket(loop);
  const asio::generic::stream_protocol::endpoint endpoint(address_.get(), address_.size);
  const auto [error] = co_await socket.async_connect(endpoint, as_result);
  if (error) co_return unreachable(error.message());
  if (server_.transport != transport::tls) co_return co_await ask(std::move(socket));
  // The request follows the end of the handshake, and is not to wait for its acknowledgement.
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  late_ = "timed out during the TLS handshake";
  co_return co_await server_.tls->run(*this, std::move(socket), server_.host);
}

maybe_failure attempt::check_stream(bool has_ended) {
  const check_result result = question_.check(received_, has_ended);
  if (result.status == decode_status::complete) {
    reply_size_ = result.size;
    return std::nullopt;
  }
  if (has_ended && received_.empty()) return malformed("connection closed without a reply");
  const bool needs_more = result.status == decode_status::need_more;
  if (has_ended && needs_more) return malformed("connection closed before the end of the reply");
  const bool is_full = received_.size() == protocol::reply_size_max;
  if (!needs_more || is_full) return malformed(result.message);
  return std::nullopt;
}

// Datagrams can be lost: without a reply within a second the request is sent again. Invalid ones are not counted:
// anybody can send them.
awaitable<outcome<connection>> attempt::run_by_datagram(asio::io_context& loop) {
  const auto socket = std::make_shared<datagram_socket>(loop);
  const asio::generic::datagram_protocol::endpoint endpoint(address_.get(), address_.size);
  const auto [refused] = co_await socket->async_connect(endpoint, as_result);
  if (refused) co_return unreachable(refused.message());
  sent_ = std::chrono::system_clock::now();
  late_ = "timed out while waiting for the reply";
  steady_timer resend(loop);
  while (true) {
    const auto& request = question_.request;
    const auto [failed, ignored] =
        co_await socket->async_send(asio::buffer(request.data(), request.size()), as_result);
    if (failed) co_return unreachable(failed.message());
    resend.expires_after(resend_interval);
    resend.async_wait([socket](error_code cancelled) {
      if (!cancelled && socket->is_open()) socket->cancel();
    });
    while (true) {
      received_.resize(protocol::reply_size_max + 1);
      const auto [error, size] = co_await socket->async_receive(
          asio::buffer(received_.data(), received_.size()), as_result);
      if (error == asio::error::operation_aborted) break;
      if (error) co_return unreachable(error.message());
      received_.resize(size);
      invalid_ = check_datagram();
      if (!invalid_) co_return connection(nullptr);
    }
  }
}

maybe_failure attempt::check_datagram() {
  if (received_.size() > protocol::reply_size_max) return malformed("reply too long");
  const check_result result = question_.check(received_, true);
  reply_size_ = result.size;
  if (result.status == decode_status::need_more) return malformed("truncated reply");
  const bool is_whole = result.status == decode_status::complete && result.size == received_.size();
  return is_whole ? std::nullopt : maybe_failure(malformed(result.message));
}

maybe_failure attempt::end_late() {
  const bool is_stream = server_.transport != transport::datagram;
  if (is_stream && !received_.empty() && !check_stream(true)) return std::nullopt;
  return invalid_.value_or(unreachable(std::string(late_)));
}

}  // namespace polyclock::client
