// The server's end of a TLS connection by a socket pair, in an event loop that the test runs.
#pragma once

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "net/session/operation_memory.hpp"
#include "support/certificates.hpp"
#include "support/temporary_directory.hpp"
#include "tls/stream.hpp"

namespace polyclock::test {

namespace asio = boost::asio;

// What an operation ended with.
struct completion {
  tls::error_code error = {};
  std::size_t size = 0;
};

// A CA and a server that it has certified for clock.test and 127.0.0.1.
class server_identity {
 public:
  [[nodiscard]] tls::context::pointer context(const std::string& clients = {},
                                              const std::string& protocol = {}) const {
    return *tls::context::for_server({cert, key, clients}, protocol);
  }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    return write_file(directory_.path(), name, text);
  }

 private:
  temporary_directory directory_;

 public:
  const identity authority{{"Test CA"}};
  const identity server{{"server", "DNS:clock.test,IP:127.0.0.1"}, &authority};
  const std::string ca = write("ca.pem", authority.certificate());
  const std::string cert = write("cert.pem", server.certificate());
  const std::string key = write("key.pem", server.key());
};

// Completes into `result`, in memory of its own.
struct recorder {
  using allocator_type = net::operation_allocator<std::byte>;

  std::optional<completion>* result;
  net::operation_memory* memory;

  [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type(*memory); }
  void operator()(const tls::error_code& error, std::size_t size) {
    *result = completion{error, size};
  }
};

// One operation of a stream.
struct operation {
  std::optional<completion> result;
  net::operation_memory memory;

  recorder handler() { return {&result, &memory}; }
};

// Runs the loop until `is_done()`, for 10 s at the longest.
template <typename Condition>
void run_until(asio::io_context& loop, Condition is_done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("nothing happens");
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(100));
  }
}

// A stream socket of the loop, and the descriptor of its peer.
struct socket_pair {
  explicit socket_pair(asio::io_context& loop) : socket(loop) {
    std::array<int, 2> both{};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()) != 0)
      throw std::runtime_error("no socket");
    socket.assign(asio::generic::stream_protocol(AF_UNIX, 0), both[0]);
    peer = both[1];
  }

  tls::stream::lowest_layer_type socket;
  int peer = -1;
};

class tls_server {
  asio::io_context loop_{1};
  socket_pair sockets_{loop_};

 public:
  explicit tls_server(tls::context::pointer context)
      : stream(std::move(sockets_.socket), std::move(context)), peer(sockets_.peer) {}

  tls::stream stream;
  const int peer;  // a client's to close

  [[nodiscard]] asio::io_context& loop() { return loop_; }

  completion read(std::string& into, std::size_t size_max = 65'536) {
    into.resize(size_max);
    operation one;
    stream.async_read_some(asio::buffer(into), one.handler());
    const completion done = wait_for(one);
    into.resize(done.size);
    return done;
  }

  template <typename Buffers>
  completion write(const Buffers& buffers) {
    operation one;
    stream.async_write_some(buffers, one.handler());
    return wait_for(one);
  }

  completion wait_for(operation& one) {
    run_until(loop_, [&] { return one.result.has_value(); });
    return *one.result;
  }

  // Sends back what comes until the input ends; what it ended with.
  tls::error_code echo() {
    std::string bytes;
    while (true) {
      if (const auto error = read(bytes).error) return error;
      for (std::size_t sent = 0; sent < bytes.size();) {
        const auto done = write(asio::buffer(bytes) + sent);
        if (done.error) return done.error;
        sent += done.size;
      }
    }
  }
};

}  // namespace polyclock::test
