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
#include <exception>
#include <memory>
#include <span>
#include <string>

#ifdef POLYCLOCK_TLS
#include "tls/error.hpp"
#include "tls/failure.hpp"
#include "tls/stream.hpp"
#endif

namespace polyclock::client {
namespace {

using protocol::decode_status;
using std::chrono::steady_clock;

using steady_timer =
    asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, executor>;
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;
using datagram_socket = asio::basic_datagram_socket<asio::generic::datagram_protocol, executor>;

constexpr auto as_result = asio::as_tuple(asio::deferred);

constexpr std::chrono::seconds resend_interval{1};

failure unreachable(std::string message) {
  return {failure_kind::unreachable, std::move(message)};
}
failure malformed(std::string_view message) {
  return {failure_kind::malformed, std::string(message)};
}

std::string describe_failure(const stream_socket&, const error_code& error) {
  return error.message();
}

failure_kind kind_of_failed_read(const stream_socket&, const error_code&) {
  return failure_kind::malformed;
}

// The same connection in another loop.
stream_socket move_to(asio::io_context& loop, stream_socket socket) {
  const auto protocol = socket.local_endpoint().protocol();
  return {loop, protocol, socket.release()};
}

bool has_pending(const stream_socket&) {
  return false;
}

stream_socket& socket_of(stream_socket& socket) {
  return socket;
}

#ifdef POLYCLOCK_TLS
// A server may refuse the client's certificate after the handshake.
failure_kind kind_of_failed_read(const tls::stream&, const error_code& error) {
  const bool is_of_tls = error.category() == tls::error_category();
  return is_of_tls ? failure_kind::unreachable : failure_kind::malformed;
}

tls::stream move_to(asio::io_context& loop, tls::stream stream) {
  return {loop, std::move(stream)};
}

bool has_pending(const tls::stream& stream) {
  return stream.has_pending();
}

stream_socket& socket_of(tls::stream& stream) {
  return stream.lowest_layer();
}

outcome<tls::stream> put_tls_on(stream_socket socket, const server_address& server) {
  try {
    return tls::stream(std::move(socket), server.tls, server.host);
  } catch (const std::exception& error) {
    return unreachable(error.what());
  }
}
#endif

// In a loop of its own, which nobody runs.
template <typename Stream>
class kept_stream final : public byte_stream {
 public:
  explicit kept_stream(Stream stream) : stream_(move_to(loop_, std::move(stream))) {
    socket_of(stream_).non_blocking(true);
  }

  [[nodiscard]] int descriptor() noexcept override { return socket_of(stream_).native_handle(); }
  [[nodiscard]] bool has_pending() const noexcept override { return client::has_pending(stream_); }
  std::size_t read_some(std::span<std::byte> space, error_code& error) override {
    return stream_.read_some(asio::buffer(space.data(), space.size()), error);
  }

 private:
  asio::io_context loop_{1};
  Stream stream_;
};

template <typename Stream>
connection keep(Stream stream) {
  return connection(std::make_unique<kept_stream<Stream>>(std::move(stream)));
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
#ifdef POLYCLOCK_TLS
  if (server_.transport == transport::tls) {
    // The request follows the end of the handshake, and is not to wait for its acknowledgement.
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    auto stream = put_tls_on(std::move(socket), server_);
    if (!stream) co_return stream.error();
    maybe_failure failed = co_await shake_hands(*stream);
    if (!failed) failed = co_await ask(*stream);
    if (failed) co_return *failed;
    co_return keep(std::move(*stream));
  }
#endif
  const maybe_failure failed = co_await ask(socket);
  if (failed) co_return *failed;
  co_return keep(std::move(socket));
}

#ifdef POLYCLOCK_TLS
awaitable<maybe_failure> attempt::shake_hands(tls::stream& stream) {
  late_ = "timed out during the TLS handshake";
  while (true) {
    error_code error;
    const auto wanted = stream.handshake(error);
    if (error) co_return unreachable(tls::describe_failure(stream, error));
    if (!wanted) co_return std::nullopt;
    const auto [cancelled] = co_await stream.lowest_layer().async_wait(*wanted, as_result);
    if (cancelled) co_return unreachable(cancelled.message());
  }
}
#endif

template <typename Stream>
awaitable<maybe_failure> attempt::ask(Stream& stream) {
  sent_ = std::chrono::system_clock::now();
  late_ = "timed out while sending";
  for (auto rest = question_.request; !rest.empty();) {
    const auto [error, size] =
        co_await stream.async_write_some(asio::buffer(rest.data(), rest.size()), as_result);
    if (error) co_return unreachable(describe_failure(stream, error));
    rest = rest.subspan(size);
  }
  late_ = "timed out while waiting for the reply";
  std::vector<std::byte> space(protocol::reply_size_max);
  while (true) {
    const std::size_t room = space.size() - received_.size();
    const auto [error, size] =
        co_await stream.async_read_some(asio::buffer(space.data(), room), as_result);
    received_.insert(received_.end(), space.data(), space.data() + size);
    const bool has_ended = error == asio::error::eof;
    if (error && !has_ended) {
      co_return failure{kind_of_failed_read(stream, error), describe_failure(stream, error)};
    }
    if (const auto wrong = check_stream(has_ended)) co_return *wrong;
    if (reply_size_ > 0) co_return std::nullopt;
  }
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
