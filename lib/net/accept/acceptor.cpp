#include "net/accept/acceptor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <string>
#include <tuple>
#include <utility>

#include "net/schedule/scheduling.hpp"

namespace polyclock::net {
namespace {

// The connection was gone before it was accepted (accept(2)); the next one may be fine.
bool concerns_one_connection(const error_code& error) {
  return error == asio::error::connection_aborted || error == asio::error::connection_reset ||
         error == asio::error::interrupted || error == asio::error::network_down ||
         error == asio::error::host_unreachable || error == asio::error::network_unreachable ||
         error == boost::system::errc::protocol_error;
}

}  // namespace

acceptor::acceptor(const listener_environment& environment, listening_socket socket,
                   observer& receiver)
    : acceptor_(environment.context),
      pause_(environment.context),
      quota_(environment.quota),
      report_rarely_(environment.report),
      observer_(receiver),
      socket_(std::move(socket)) {}

// Each of the coroutines accepts one connection at a time; Asio completes several of them at once.
void acceptor::start() {
  for (; running_ < scheduling::accepts_per_round; ++running_) {
    asio::co_spawn(acceptor_.get_executor(), run(), [this](const std::exception_ptr& failure) {
      if (failure) report_rarely_("stopped accepting connections");
      if (--running_ == 0) finish();
    });
  }
}

void acceptor::retire() {
  retired_ = true;
  error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
}

void acceptor::wake() {
  pause_.cancel();
}

awaitable<> acceptor::run() {
  while (!retired_) {
    stream_socket socket(acceptor_.get_executor());
    stream_endpoint peer;
    error_code error = join_loop();
    if (!error) std::tie(error) = co_await acceptor_.async_accept(socket, peer, as_result);
    if (error) {
      if (retired_ || concerns_one_connection(error)) continue;
      report_rarely_("accept failed, retrying: " + error.message());
      co_await pause();
      continue;
    }
    connection_slot slot = quota_.take();
    if (!slot) slot = co_await wait_for_slot();
    hand_over(std::move(slot), std::move(socket), peer);
  }
}

// Empty if the acceptor is retired meanwhile.
awaitable<connection_slot> acceptor::wait_for_slot() {
  connection_slot slot;
  while (!slot && !retired_) {
    report_rarely_("connection limit reached, new connections wait in the backlog");
    if (observer_.make_room())
      co_await asio::post(acceptor_.get_executor(), asio::deferred);
    else
      co_await pause();
    slot = quota_.take();
  }
  co_return slot;
}

awaitable<> acceptor::pause() {
  const auto now = steady_clock::now();
  if (pause_.expiry() <= now) pause_.expires_at(now + scheduling::retry_interval);
  co_await pause_.async_wait(as_result);
}

void acceptor::finish() {
  if (!socket_.is_passed()) accept_backlog();
  error_code ignored;
  acceptor_.close(ignored);
  is_finished_ = true;
  observer_.on_acceptor_end();
}

// The event loop may have no room for the socket, then it is tried again.
error_code acceptor::join_loop() {
  error_code error;
  if (!acceptor_.is_open()) {
    acceptor_.assign(asio::generic::stream_protocol(socket_.family(), 0), socket_.get(), error);
    if (error) return error;
    static_cast<void>(socket_.release());
  }
  if (!acceptor_.non_blocking()) acceptor_.non_blocking(true, error);
  return error;
}

void acceptor::accept_backlog() {
  while (connection_slot slot = quota_.take()) {
    stream_socket socket(acceptor_.get_executor());
    stream_endpoint peer;
    error_code error;
    acceptor_.accept(socket, peer, error);
    if (concerns_one_connection(error)) continue;
    if (error) return;
    hand_over(std::move(slot), std::move(socket), peer);
  }
}

// Without a slot the connection is closed.
void acceptor::hand_over(connection_slot slot, stream_socket socket, const stream_endpoint& peer) {
  if (!slot) return;
  try {
    observer_.on_accept({std::move(slot), std::move(socket), peer});
  } catch (const std::exception& failure) {
    report_rarely_(std::string("connection dropped: ") + failure.what());
  }
}

}  // namespace polyclock::net
