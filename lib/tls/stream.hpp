// One TLS connection over a stream socket, in the server's role or the client's: an AsyncStream. Who drives it needs
// to know nothing of TLS, since its first read or write does the handshake that has not been done in steps.
//
// Asio's own ssl::stream keeps 34 kB of buffers for each connection. Here OpenSSL reads and writes the socket itself
// and has a buffer only while a record is on its way, so that an idle connection takes 15 kB in all.
#pragma once

#include <array>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tls/context.hpp"
#include "tls/error.hpp"

struct ssl_st;

namespace polyclock::tls {

namespace asio = boost::asio;

class stream {
 public:
  using executor_type = asio::io_context::executor_type;
  using lowest_layer_type =
      asio::basic_stream_socket<asio::generic::stream_protocol, executor_type>;

  // A server's. Throws where memory is short, or the socket is broken.
  stream(lowest_layer_type socket, context::pointer shared);
  // A client's: the server has to have a certificate for `host`, a name or an address.
  stream(lowest_layer_type socket, context::pointer shared, const std::string& host);

  // The same connection in another loop.
  stream(asio::io_context& loop, stream&& other);

  // To be moved or destroyed only while no operation is outstanding.
  stream(stream&&) noexcept = default;
  stream& operator=(stream&&) = delete;
  ~stream() = default;

  [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }
  // Its `cancel` ends the outstanding operations with `operation_aborted`; those that follow go on from there.
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return socket_; }
  [[nodiscard]] ssl_st* native() const noexcept { return native_.get(); }

  // Ends with `eof` where the peer has ended its output, with close_notify or without. `buffers`, here and below:
  // what Asio takes as a sequence of buffers. Reads use the first that is not empty, writes the first two.
  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return initiate<Token>(input_of(buffers), token);
  }

  // What a write could not send, the next one has to begin with: it may be encrypted already.
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return initiate<Token>(output_of(buffers), token);
  }

  // Sends what can be sent without waiting, else `would_block`; also while a read is outstanding.
  template <typename Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    const progress made = transfer(output_of(buffers));
    error = made.wanted ? asio::error::would_block : made.error;
    return made.size;
  }

  // Reads what can be read without waiting, else `would_block`.
  template <typename Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    const progress made = transfer(input_of(buffers));
    error = made.wanted ? asio::error::would_block : made.error;
    return made.size;
  }

  // The handshake has not ended, nor failed. Its time has to be bounded: where it waits for the client's second
  // part, a connection takes 45 kB.
  [[nodiscard]] bool is_handshaking() const noexcept;
  // A step of it, which takes up to 0.6 ms; to be called again when the socket is ready for what it returns, if that
  // is anything.
  [[nodiscard]] std::optional<asio::socket_base::wait_type> handshake(error_code& error) noexcept;

  // Input has been taken from the socket that no read has returned yet.
  [[nodiscard]] bool has_pending() const noexcept;
  // As the socket's: what of it a read would return at once, or the bytes in the socket.
  [[nodiscard]] std::size_t available(error_code& error) const;

  // With close_notify first, if the socket takes it at once. Input may go on.
  void shutdown(asio::socket_base::shutdown_type what, error_code& error) noexcept;
  void close(error_code& error) noexcept;

 private:
  using output = std::array<asio::const_buffer, 2>;

  // The result of one try, or what to wait for until the next.
  struct progress {
    error_code error = {};
    std::size_t size = 0;
    std::optional<asio::socket_base::wait_type> wanted = {};
  };

  struct deleter {
    void operator()(ssl_st* one) const noexcept;
  };

  template <typename Buffers, typename Handler>
  class operation;

  template <typename Token, typename Buffers>
  auto initiate(const Buffers& buffers, Token& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [](auto handler, stream* one, const Buffers& its) {
          operation<Buffers, decltype(handler)>(*one, its, std::move(handler)).begin();
        },
        token, this, buffers);
  }

  template <typename Buffers>
  static asio::mutable_buffer input_of(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto one = asio::buffer_sequence_begin(buffers); one != end; ++one) {
      if (const asio::mutable_buffer space(*one); space.size() > 0) return space;
    }
    return {};
  }

  template <typename Buffers>
  static output output_of(const Buffers& buffers) {
    output found;
    std::size_t count = 0;
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto one = asio::buffer_sequence_begin(buffers); one != end && count < 2; ++one) {
      if (const asio::const_buffer bytes(*one); bytes.size() > 0) found[count++] = bytes;
    }
    return found;
  }

  // Whether a try can get anywhere before the socket is ready.
  [[nodiscard]] bool is_worth_trying(const asio::mutable_buffer& space) const noexcept;
  [[nodiscard]] bool is_worth_trying(const output&) const noexcept { return true; }
  [[nodiscard]] progress transfer(const asio::mutable_buffer& space) noexcept;
  [[nodiscard]] progress transfer(const output& bytes) noexcept;
  template <typename Call>
  progress attempt(Call call) noexcept;
  void adopt_last_alert() noexcept;
  void send_close_notify() noexcept;

  lowest_layer_type socket_;
  context::pointer context_;
  std::unique_ptr<ssl_st, deleter> native_;
  error_code failure_;  // after which OpenSSL is not to be called any more
};

// Tries, and waits for the socket, in turn, in memory of its handler.
template <typename Buffers, typename Handler>
class stream::operation {
 public:
  using allocator_type = asio::associated_allocator_t<Handler>;
  using executor_type = asio::associated_executor_t<Handler, stream::executor_type>;

  operation(stream& owner, const Buffers& buffers, Handler handler)
      : owner_(&owner), buffers_(buffers), handler_(std::move(handler)) {}

  [[nodiscard]] allocator_type get_allocator() const noexcept {
    return asio::get_associated_allocator(handler_);
  }
  [[nodiscard]] executor_type get_executor() const noexcept {
    return asio::get_associated_executor(handler_, owner_->get_executor());
  }

  void begin() {
    // A try without a chance costs as much as to have the socket watched.
    if (!owner_->is_worth_trying(buffers_)) return wait(asio::socket_base::wait_read);
    const progress made = owner_->transfer(buffers_);
    if (made.wanted) return wait(*made.wanted);
    asio::post(owner_->get_executor(), asio::append(std::move(handler_), made.error, made.size));
  }

  // The wait has ended.
  void operator()(error_code error) {
    if (error) return std::move(handler_)(error, std::size_t{0});
    const progress made = owner_->transfer(buffers_);
    if (made.wanted) return wait(*made.wanted);
    std::move(handler_)(made.error, made.size);
  }

 private:
  void wait(asio::socket_base::wait_type wanted) {
    auto& socket = owner_->socket_;
    socket.async_wait(wanted, std::move(*this));
  }

  stream* owner_;
  Buffers buffers_;
  Handler handler_;
};

}  // namespace polyclock::tls
