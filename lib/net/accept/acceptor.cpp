#include "net/accept/acceptor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <exception>
#include <limits>
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

acceptor::acceptor(asio::io_context& context, listening_socket socket, connection_quota& quota,
                   tally& tally, const reporter& report, observer& observer)
    : acceptor_(context),
      pause_(context),
      quota_(quota),
      tally_(tally),
      report_rarely_(report),
      observer_(observer),
      socket_(std::move(socket)),
      next_(context) {}

void acceptor::start() {
  asio::co_spawn(acceptor_.get_executor(), run(), [this](const std::exception_ptr& failure) {
    if (failure) report_rarely_("acceptor ended");
    finished_ = true;
    observer_.on_acceptor_end();
  });
}

void acceptor::retire() {
  retired_ = true;
  error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
}

void acceptor::wake() {
  if (is_pausing_) pause_.cancel();
}

awaitable<> acceptor::run() {
  while (!retired_) {
    error_code error = join_loop();
    if (!error) std::tie(error) = co_await acceptor_.async_accept(next_, next_peer_, as_result);
    if (retired_ && error) break;
    if (error) {
      if (concerns_one_connection(error)) continue;
      report_rarely_("accept failed, retrying: " + error.message());
      co_await pause();
      continue;
    }
    connection_place place = quota_.take();
    while (!place && !retired_) {
      report_rarely_("connection limit reached, clients wait");
      co_await pause();
      place = quota_.take();
    }
    hand_over(std::move(place), std::move(next_), next_peer_);
    if (!retired_) accept_more(scheduling::accepts_per_round - 1);
  }
  if (!socket_.is_passed()) accept_more(std::numeric_limits<std::size_t>::max());
  error_code ignored;
  acceptor_.close(ignored);
}

awaitable<> acceptor::pause() {
  pause_.expires_after(scheduling::retry_interval);
  is_pausing_ = true;
  co_await pause_.async_wait(as_result);
  is_pausing_ = false;
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

void acceptor::accept_more(std::size_t count) {
  for (; count > 0; --count) {
    connection_place place = quota_.take();
    if (!place) return;
    stream_socket socket(acceptor_.get_executor());
    stream_endpoint peer;
    error_code error;
    acceptor_.accept(socket, peer, error);
    if (concerns_one_connection(error)) continue;
    if (error) return;
    hand_over(std::move(place), std::move(socket), peer);
  }
}

// Without a slot the connection is closed.
void acceptor::hand_over(connection_place place, stream_socket socket,
                         const stream_endpoint& peer) {
  if (!place) return;
  if (!place.assign(peer.data())) {
    ++tally_.refused;
    return;
  }
  try {
    observer_.on_accept({std::move(place), std::move(socket), peer});
  } catch (const std::exception& failure) {
    report_rarely_(std::string("connection dropped: ") + failure.what());
  }
}

}  // namespace polyclock::net
