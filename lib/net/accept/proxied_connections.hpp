// The connections of a listener that come from a proxy and have not told yet whose they are: reads the PROXY header of
// each and gives its listener the connection with the client's address.
#pragma once

#include <cstdint>
#include <list>

#include "net/accept/acceptor.hpp"
#include "net/asio.hpp"
#include "net/counters.hpp"
#include "net/listener.hpp"
#include "net/reporter.hpp"
#include "net/schedule/scheduler.hpp"
#include "net/session/idle_connections.hpp"

namespace polyclock::net {

class proxied_connections {
 public:
  // What they tell their listener.
  class observer {
   public:
    // May throw where memory is short.
    virtual void on_header(accepted_connection accepted) = 0;
    // One is not here any more.
    virtual void on_header_end() noexcept = 0;

   protected:
    ~observer() = default;
  };

  proxied_connections(const listener_environment& environment, counters& counts,
                      observer& receiver);

  proxied_connections(const proxied_connections&) = delete;
  proxied_connections& operator=(const proxied_connections&) = delete;

  // The header has to come within the request timeout.
  void add(accepted_connection accepted);

  void abort();
  [[nodiscard]] bool empty() const noexcept { return pending_.empty(); }

 private:
  struct pending final : scheduler::task, idle_connection {
    explicit pending(accepted_connection from) : accepted(std::move(from)) {}

    void on_deadline(steady_clock::time_point now) override;
    void on_turn(steady_clock::time_point) override {}
    bool make_room() override;
    void close(std::uint64_t counters::*why) noexcept;

    accepted_connection accepted;
    // The counter of the reason, if it was closed here.
    std::uint64_t counters::*closed_for = nullptr;
  };
  using position = std::list<pending>::iterator;

  awaitable<> receive(position one);
  [[nodiscard]] awaitable<bool> read_header(pending& one);
  void count_failure(const pending& one, std::uint64_t counters::*why);

  const listener_environment& environment_;
  counters& counters_;
  rare_reporter report_rarely_;
  observer& observer_;
  std::list<pending> pending_;
};

}  // namespace polyclock::net
