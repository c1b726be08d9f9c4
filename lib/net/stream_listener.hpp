// A listening stream socket of one worker with the sessions that came from it.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include "net/acceptor.hpp"
#include "net/asio.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"
#include "net/session.hpp"
#include "net/tally.hpp"

namespace polyclock::net {

template <protocol::stream_service Service>
class stream_listener final : public listener {
 public:
  stream_listener(asio::io_context& context, listening_socket socket, Service service,
                  const limits& limits, connection_quota& quota, tally& tally,
                  const reporter& report)
      : service_(std::move(service)),
        limits_(limits),
        tally_(tally),
        report_(report),
        acceptor_(context, std::move(socket), quota, tally, report,
                  [this](connection_place place, connected_socket connection) {
                    admit(std::move(place), std::move(connection));
                  }) {}

  ~stream_listener() override { sessions_.clear_and_dispose(std::default_delete<session_type>()); }

  void start() override { acceptor_.start(); }

  void retire() override { acceptor_.retire(); }

  void drain() override {
    draining_ = true;
    retire();
    for (session_type& session : sessions_) session.drain();
  }

  // Another service for all requests from now on, those of open sessions too.
  void serve(Service service) { service_ = std::move(service); }

  void abort() override {
    for (session_type& session : sessions_) session.close();
  }

  steady_clock::time_point sweep(steady_clock::time_point now) override {
    auto next = steady_clock::time_point::max();
    for (session_type& session : sessions_) next = std::min(next, session.sweep(now));
    return next;
  }

  [[nodiscard]] bool is_finished() const override {
    return sessions_.empty() && acceptor_.is_finished();
  }

 private:
  using session_type = session<Service>;
  using session_list =
      boost::intrusive::list<session_type, boost::intrusive::constant_time_size<false>>;

  void admit(connection_place place, connected_socket connection) {
    if constexpr (Service::request_size_max == 0) {
      if (greet(connection)) return;
    }
    const asio::generic::stream_protocol protocol(connection.family(), 0);
    stream_socket socket(acceptor_.get_executor(), protocol, connection.get());
    static_cast<void>(connection.release());
    auto owned = std::make_unique<session_type>(std::move(place), std::move(socket), service_,
                                                limits_, tally_, pool_);
    session_type* const session = owned.get();
    sessions_.push_back(*session);
    if (draining_) session->drain();
    asio::co_spawn(acceptor_.get_executor(), session->run(),
                   [this, session](const std::exception_ptr& failure) { end(session, failure); });
    static_cast<void>(owned.release());  // `end` deletes it
  }

  // A protocol whose reply comes before any request needs no session where the kernel takes the reply
  // at once and nothing has come that closing would answer with a reset.
  bool greet(const connected_socket& connection) {
    std::array<std::byte, Service::reply_size_max> out;
    typename Service::request request;
    const auto size = static_cast<ssize_t>(service_.reply(request, out).size);
    std::byte unread{};
    if (::recv(connection.get(), &unread, 1, MSG_DONTWAIT | MSG_PEEK) > 0) return false;
    if (::send(connection.get(), out.data(), static_cast<std::size_t>(size),
               MSG_DONTWAIT | MSG_NOSIGNAL) != size) {
      return false;
    }
    ++tally_.requests;
    return true;
  }

  void end(session_type* session, const std::exception_ptr& failure) {
    if (failure) report_("session ended by an exception");
    delete session;
    acceptor_.wake();
  }

  Service service_;
  const limits& limits_;
  tally& tally_;
  const reporter& report_;
  typename session_type::pool_type pool_;  // outlives the sessions
  session_list sessions_;
  bool draining_ = false;
  acceptor acceptor_;
};

}  // namespace polyclock::net
