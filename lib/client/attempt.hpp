// One exchange with one address of a server, by a stream, within TLS or without, or by datagrams; the race begins
// each and ends those that are late.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "client/connection.hpp"
#include "client/failure.hpp"
#include "client/question.hpp"
#include "client/resolver.hpp"
#include "client/server_address.hpp"

namespace polyclock::client {

namespace asio = boost::asio;

using executor = asio::io_context::executor_type;
template <typename Result>
using awaitable = asio::awaitable<Result, executor>;
using maybe_failure = std::optional<failure>;
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;

class attempt {
 public:
  // `asked` is to outlive it.
  attempt(const question& asked, server_address server, const socket_address& address)
      : question_(asked), server_(std::move(server)), address_(address) {}

  // Until there is a whole reply; the connection over which it has come. To be awaited once, in the loop.
  [[nodiscard]] awaitable<outcome<connection>> run(asio::io_context& loop);

  // The part of `run` that follows where a stream is ready: sends the request and receives the reply.
  // In client/stream_exchange.hpp.
  template <typename Stream>
  [[nodiscard]] awaitable<outcome<connection>> ask(Stream stream);

  // At the deadline, when the loop has stopped: why there is no reply. Empty where there is one: one that only the
  // end of the stream would have ended is taken as it is.
  [[nodiscard]] maybe_failure end_late();

  // The reply, after which more may have been received.
  [[nodiscard]] const std::vector<std::byte>& received() const { return received_; }
  [[nodiscard]] std::size_t reply_size() const { return reply_size_; }
  // Just before the request was sent.
  [[nodiscard]] host_time sent() const { return sent_; }

 private:
  awaitable<outcome<connection>> run_by_stream(asio::io_context& loop);
  awaitable<outcome<connection>> run_by_datagram(asio::io_context& loop);

  // Sets `reply_size_` where there is a whole reply.
  maybe_failure check_stream(bool has_ended);
  maybe_failure check_datagram();

  const question& question_;
  server_address server_;
  socket_address address_;
  std::vector<std::byte> received_;
  std::size_t reply_size_ = 0;
  host_time sent_{};
  maybe_failure invalid_;  // of the last datagram
  std::string_view late_ = "timed out while connecting";
};

}  // namespace polyclock::client
