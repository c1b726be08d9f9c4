// One exchange over a connected stream of any kind, and the connection that is left of it: for attempts, and for what
// makes them secure.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "client/attempt.hpp"
#include "client/connection.hpp"
#include "client/failure.hpp"

namespace polyclock::client {

// What differs between streams; each kind has its own.
template <typename Stream>
struct stream_traits;

template <>
struct stream_traits<stream_socket> {
  static stream_socket& socket_of(stream_socket& socket) { return socket; }
  static bool has_pending(const stream_socket&) { return false; }
  static std::string describe_failure(const stream_socket&, const error_code& error) {
    return error.message();
  }
  static failure_kind kind_of_failed_read(const error_code&) { return failure_kind::malformed; }
  // The same connection in another loop.
  static stream_socket move_to(asio::io_context& loop, stream_socket socket) {
    const auto protocol = socket.local_endpoint().protocol();
    return {loop, protocol, socket.release()};
  }
};

// In a loop of its own, which nobody runs.
template <typename Stream>
class kept_stream final : public byte_stream {
  using traits = stream_traits<Stream>;

 public:
  explicit kept_stream(Stream stream) : stream_(traits::move_to(loop_, std::move(stream))) {
    traits::socket_of(stream_).non_blocking(true);
  }

  [[nodiscard]] int descriptor() noexcept override {
    return traits::socket_of(stream_).native_handle();
  }
  [[nodiscard]] bool has_pending() const noexcept override { return traits::has_pending(stream_); }
  std::size_t read_some(std::span<std::byte> space, error_code& error) override {
    return stream_.read_some(asio::buffer(space.data(), space.size()), error);
  }

 private:
  asio::io_context loop_{1};
  Stream stream_;
};

template <typename Stream>
awaitable<outcome<connection>> attempt::ask(Stream stream) {
  constexpr auto as_result = asio::as_tuple(asio::deferred);
  using traits = stream_traits<Stream>;
  sent_ = std::chrono::system_clock::now();
  late_ = "timed out while sending";
  for (auto rest = question_.request; !rest.empty();) {
    const auto [error, size] =
        co_await stream.async_write_some(asio::buffer(rest.data(), rest.size()), as_result);
    if (error)
      co_return failure{failure_kind::unreachable, traits::describe_failure(stream, error)};
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
      co_return failure{traits::kind_of_failed_read(error),
                        traits::describe_failure(stream, error)};
    }
    if (const auto wrong = check_stream(has_ended)) co_return *wrong;
    if (reply_size_ > 0) {
      co_return connection(std::make_unique<kept_stream<Stream>>(std::move(stream)));
    }
  }
}

}  // namespace polyclock::client
