// A listening stream socket of one worker with the connections that came from it.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <boost/intrusive/set.hpp>
#include <boost/intrusive/set_hook.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "net/acceptor.hpp"
#include "net/alarm.hpp"
#include "net/asio.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"
#include "net/readiness.hpp"
#include "net/session.hpp"
#include "net/tally.hpp"

namespace polyclock::net {

template <protocol::stream_service Service>
class stream_listener final : public listener {
 public:
  stream_listener(asio::io_context& context, readiness& ready, alarm& alarm,
                  listening_socket socket, Service service, const limits& limits,
                  connection_quota& quota, tally& tally, const reporter& report)
      : around_{std::move(service), limits, tally, {}},
        ready_(ready),
        alarm_(alarm),
        report_rarely_(report),
        acceptor_(context, alarm, std::move(socket), quota, tally, report,
                  [this](connection_place place, connected_socket accepted) {
                    admit(std::move(place), std::move(accepted));
                  }) {}

  ~stream_listener() override { abort(); }

  void start() override { acceptor_.start(); }

  void retire() override { acceptor_.retire(); }

  void drain() override {
    draining_ = true;
    retire();
    for_each([now = steady_clock::now()](auto& talk) { return talk.drain(now); });
  }

  // Another service for all requests from now on, those of open sessions too.
  void serve(Service service) { around_.service = std::move(service); }

  void abort() override { connections_.clear_and_dispose(std::default_delete<connection>()); }

  void sweep(steady_clock::time_point now) override {
    const auto end = steady_clock::now() + sweep_length;
    while (!schedule_.empty() && steady_clock::now() < end) {
      connection& first = *schedule_.begin();
      if (first.scheduled > now) break;
      schedule_.erase(schedule_.begin());
      advance(first, [now](auto& talk) { return talk.sweep(now); });
    }
    if (!schedule_.empty()) alarm_.set(schedule_.begin()->scheduled);
  }

  [[nodiscard]] bool is_finished() const override {
    return connections_.empty() && acceptor_.is_finished();
  }

 private:
  static constexpr auto never = steady_clock::time_point::max();
  static constexpr std::chrono::microseconds sweep_length{50};  // then others get their turn

  struct membership;
  using hook =
      boost::intrusive::list_base_hook<boost::intrusive::tag<membership>,
                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  using schedule_hook =
      boost::intrusive::set_base_hook<boost::intrusive::optimize_size<true>,
                                      boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  // A session among the others, and in the set of the worker's connections.
  struct connection final : readiness::handler, hook, schedule_hook {
    connection(stream_listener& listener, connection_place place, connected_socket socket,
               steady_clock::time_point now)
        : owner(listener), talk(std::move(place), std::move(socket), listener.around_, now) {}

    void on_ready(steady_clock::time_point now) override {
      owner.advance(*this, [now](auto& ready) { return ready.on_ready(now); });
    }

    stream_listener& owner;
    bool operator<(const connection& other) const { return scheduled < other.scheduled; }

    interest wanted = interest::input;
    steady_clock::time_point scheduled = never;  // when to sweep it, or before
    session<Service> talk;
  };
  using connection_list = boost::intrusive::list<connection, boost::intrusive::base_hook<hook>,
                                                 boost::intrusive::constant_time_size<false>>;
  using connection_schedule =
      boost::intrusive::multiset<connection, boost::intrusive::base_hook<schedule_hook>,
                                 boost::intrusive::constant_time_size<false>>;

  void admit(connection_place place, connected_socket socket) {
    if constexpr (Service::request_size_max == 0) {
      if (greet(socket)) return;
    }
    const auto now = steady_clock::now();
    auto made = std::make_unique<connection>(*this, std::move(place), std::move(socket), now);
    ready_.add(made->talk.descriptor(), *made);
    connections_.push_back(*made);
    connection& admitted = *made.release();  // `end` deletes it
    advance(admitted, [&](auto& talk) {
      const session_wait wait = talk.start(now);
      return draining_ && wait != session_wait::nothing ? talk.drain(now) : wait;
    });
  }

  // A protocol whose reply comes before any request needs no session where the kernel takes the reply
  // at once and nothing has come that closing would answer with a reset.
  bool greet(const connected_socket& socket) {
    std::array<std::byte, Service::reply_size_max> out;
    typename Service::request request;
    around_.service.observe_time();
    const auto size = static_cast<ssize_t>(around_.service.reply(request, out).size);
    if (has_unread_input(socket)) return false;
    if (::send(socket.get(), out.data(), static_cast<std::size_t>(size),
               MSG_DONTWAIT | MSG_NOSIGNAL) != size) {
      return false;
    }
    ++around_.counts.requests;
    return true;
  }

  // Lets every session take a step, which may be its last.
  template <typename Step>
  void for_each(Step step) {
    for (auto next = connections_.begin(); next != connections_.end();) advance(*next++, step);
  }

  template <typename Step>
  void advance(connection& one, Step step) {
    session_wait wait = session_wait::nothing;
    try {
      wait = step(one.talk);
    } catch (const std::exception& failure) {
      report_rarely_(std::string("session ended: ") + failure.what());
    }
    if (wait == session_wait::nothing) return end(one);
    schedule(one);
    one.is_brief = wait == session_wait::input && one.talk.has_answered();
    if (wait == session_wait::turn) ready_.defer(one);
    if (wait == session_wait::time) ready_.undefer(one);
    const interest wanted = interest_for(wait);
    if (wanted == one.wanted) return;
    one.wanted = wanted;
    ready_.change(one.talk.descriptor(), one, wanted);
  }

  [[nodiscard]] static interest interest_for(session_wait wait) {
    if (wait == session_wait::input) return interest::input;
    return wait == session_wait::output ? interest::output : interest::nothing;
  }

  // Most often what is due has moved on, which is seen when the old time has come.
  void schedule(connection& one) {
    const bool scheduled = one.schedule_hook::is_linked();
    if (scheduled && one.talk.due() >= one.scheduled) return;
    if (scheduled) schedule_.erase(schedule_.iterator_to(one));
    one.scheduled = one.talk.due();
    schedule_.insert(one);
    alarm_.set(one.scheduled);
  }

  void end(connection& one) {
    delete &one;
    acceptor_.wake();
    if (is_finished()) alarm_.set(steady_clock::now());
  }

  session_surroundings<Service> around_;  // outlives the sessions
  readiness& ready_;
  alarm& alarm_;
  rare_reporter report_rarely_;
  connection_list connections_;
  connection_schedule schedule_;
  bool draining_ = false;
  acceptor acceptor_;
};

}  // namespace polyclock::net
