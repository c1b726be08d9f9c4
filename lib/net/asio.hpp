// The few names of Asio that this folder is written in: one executor, one token.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <ctime>

namespace polyclock::net {

namespace asio = boost::asio;
using boost::system::error_code;

using executor = asio::io_context::executor_type;
template <typename Result = void>
using awaitable = asio::awaitable<Result, executor>;
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;
using stream_endpoint = asio::generic::stream_protocol::endpoint;
using socket_acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, executor>;
using steady_clock = std::chrono::steady_clock;
using steady_timer =
    asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, executor>;

// The steady clock as of the kernel's last tick, at most 10 ms ago: for timeouts of seconds, at a fraction of
// the cost.
[[nodiscard]] inline steady_clock::time_point coarse_now() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return steady_clock::time_point(std::chrono::seconds(now.tv_sec) +
                                  std::chrono::nanoseconds(now.tv_nsec));
}

// Completes a co_await with a tuple that begins with the error; no heap call, no exception.
inline constexpr auto as_result = asio::as_tuple(asio::deferred);

}  // namespace polyclock::net
