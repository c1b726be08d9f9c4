#include "net/acceptor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <exception>
#include <string>
#include <tuple>
#include <utility>

namespace polyclock::net {
namespace {

constexpr auto pause_length = std::chrono::milliseconds(100);

// The connection was gone before it was accepted (accept(2)); the next one may be fine.
bool concerns_one_connection(const error_code& error) {
  return error == asio::error::connection_aborted || error == asio::error::connection_reset ||
         error == asio::error::interrupted || error == asio::error::network_down ||
         error == asio::error::host_unreachable || error == asio::error::network_unreachable ||
         error == boost::system::errc::protocol_error;
}

}  // namespace

acceptor::acceptor(asio::io_context& context, alarm& alarm, listening_socket socket,
                   connection_quota& quota, tally& tally, const reporter& report, receiver receive)
    : acceptor_(context),
      pause_(context),
      alarm_(alarm),
      quota_(quota),
      tally_(tally),
      report_(report),
      report_rarely_(report),
      receive_(std::move(receive)),
      socket_(std::move(socket)) {}

void acceptor::start() {
  asio::co_spawn(acceptor_.get_executor(), run(), [this](const std::exception_ptr& failure) {
    finished_ = true;
    alarm_.set(steady_clock::now());
    if (failure) report_("acceptor ended");
  });
}

void acceptor::retire() {
  retired_ = true;
  error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
}

void acceptor::wake() {
  if (pausing_) pause_.cancel();
}

awaitable<> acceptor::run() {
  while (!retired_) {
    error_code error = join_loop();
    if (!error) {
      std::tie(error) = co_await acceptor_.async_wait(socket_acceptor::wait_read, as_result);
    }
    if (retired_) break;
    if (error) report_rarely_("waiting failed, trying on: " + error.message());
    if (!error && accept_next() <= outcome::nothing_waits) continue;
    pause_.expires_after(pause_length);
    pausing_ = true;
    co_await pause_.async_wait(as_result);
    pausing_ = false;
  }
  while (!socket_.is_passed() && accept_next() == outcome::accepted) continue;
  error_code ignored;
  acceptor_.close(ignored);
}

// The event loop may have no room for the socket, then it is tried again.
error_code acceptor::join_loop() {
  error_code error;
  if (acceptor_.is_open()) return error;
  acceptor_.assign(asio::generic::stream_protocol(socket_.family(), 0), socket_.get(), error);
  if (!error) static_cast<void>(socket_.release());
  return error;
}

// One at a time: while more are waiting the socket stays ready, and the sessions get their turn.
acceptor::outcome acceptor::accept_next() {
  connection_place place = quota_.take();
  if (!place) {
    report_rarely_("connection limit reached, clients wait");
    return outcome::no_place;
  }
  sockaddr_storage peer;
  error_code error;
  connected_socket connection = accept(peer, error);
  if (error == asio::error::would_block) return outcome::nothing_waits;
  if (concerns_one_connection(error)) return outcome::accepted;
  if (error) {
    report_rarely_("accept failed, trying on: " + error.message());
    return outcome::failed;
  }
  if (place.assign(reinterpret_cast<const sockaddr*>(&peer)))
    hand_over(std::move(place), std::move(connection));
  else
    ++tally_.refused;
  return outcome::accepted;
}

connected_socket acceptor::accept(sockaddr_storage& peer, error_code& error) {
  peer.ss_family = AF_UNSPEC;
  socklen_t size = sizeof peer;
  const bool wanted = quota_.counts_addresses();
  const int descriptor =
      ::accept4(acceptor_.native_handle(), wanted ? reinterpret_cast<sockaddr*>(&peer) : nullptr,
                wanted ? &size : nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) error = error_code(errno, boost::system::system_category());
  return {socket_.family(), descriptor};
}

void acceptor::hand_over(connection_place place, connected_socket connection) {
  try {
    receive_(std::move(place), std::move(connection));
  } catch (const std::exception& failure) {
    report_rarely_(std::string("connection dropped: ") + failure.what());
  }
}

}  // namespace polyclock::net
