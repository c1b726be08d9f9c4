// A listening socket of one worker with the sessions that came from it. The worker knows its
// listeners by the base class; the template behind it knows the protocol.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/intrusive/list.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "net/acceptor.hpp"
#include "net/asio.hpp"
#include "net/limits.hpp"
#include "net/session.hpp"

namespace polyclock::net {

class listener {
 public:
  virtual ~listener() = default;
  virtual void start() = 0;
  // Takes what waits in the backlog, then no more, and lets the sessions answer what they have.
  virtual void drain() = 0;
  // Ends every session at once.
  virtual void abort() = 0;
  // Ends the sessions whose deadline has passed.
  virtual void sweep(steady_clock::time_point now) = 0;
  [[nodiscard]] virtual bool has_sessions() const = 0;
};

template <protocol::stream_service Service>
class stream_listener final : public listener {
 public:
  stream_listener(asio::io_context& context, listening_socket socket, Service service,
                  const limits& limits, connection_quota& quota, const reporter& report)
      : service_(std::move(service)),
        limits_(limits),
        report_(report),
        acceptor_(context, std::move(socket), quota, report,
                  [this](connection_place place, stream_socket stream) {
                    admit(std::move(place), std::move(stream));
                  }) {}

  ~stream_listener() override { sessions_.clear_and_dispose(std::default_delete<session_type>()); }

  void start() override { acceptor_.start(); }

  void drain() override {
    draining_ = true;
    acceptor_.drain();
    for (session_type& session : sessions_) session.drain();
  }

  void abort() override {
    for (session_type& session : sessions_) session.close();
  }

  void sweep(steady_clock::time_point now) override {
    for (session_type& session : sessions_) session.sweep(now);
  }

  [[nodiscard]] bool has_sessions() const override { return !sessions_.empty(); }

 private:
  using session_type = session<Service>;
  using session_list =
      boost::intrusive::list<session_type, boost::intrusive::constant_time_size<false>>;

  void admit(connection_place place, stream_socket socket) {
    auto owned =
        std::make_unique<session_type>(std::move(place), std::move(socket), service_, limits_);
    session_type* const session = owned.get();
    sessions_.push_back(*session);
    if (draining_) session->drain();
    asio::co_spawn(acceptor_.get_executor(), session->run(),
                   [this, session](const std::exception_ptr& failure) { end(session, failure); });
    static_cast<void>(owned.release());  // `end` deletes it
  }

  void end(session_type* session, const std::exception_ptr& failure) {
    if (failure) report_("session ended by an exception");
    delete session;
    acceptor_.wake();
  }

  Service service_;
  const limits& limits_;
  const reporter& report_;
  session_list sessions_;
  bool draining_ = false;
  acceptor acceptor_;
};

}  // namespace polyclock::net
