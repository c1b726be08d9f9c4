// One accepted connection whose two sides have to agree before its first byte, as TLS has it: until they have. Each step
// costs as much as a dear question, so that it waits for its turn as these do. Its listener lists it; it deletes itself
// at the end.
#pragma once

#include <boost/asio/socket_base.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include "net/asio.hpp"
#include "net/connection_quota.hpp"
#include "net/counters.hpp"
#include "net/listener.hpp"
#include "net/schedule/network_queue.hpp"
#include "net/schedule/scheduler.hpp"
#include "net/session/idle_connections.hpp"

namespace polyclock::net {

// A step of `handshake` does what it can at once, and returns what to wait for, if the next one has to wait.
template <typename Stream>
concept negotiated_stream = requires(Stream& stream, error_code& error) {
  { stream.handshake(error) } -> std::same_as<std::optional<asio::socket_base::wait_type>>;
};

// A connection that a session may have.
template <typename Stream>
struct ready_connection {
  connection_slot slot;
  Stream stream;
  stream_endpoint peer;
};

// What a handshake tells its listener.
template <typename Stream>
class handshake_observer {
 public:
  // May throw where memory is short.
  virtual void on_handshake(ready_connection<Stream> agreed) = 0;
  virtual void on_failure(const std::exception& failure) noexcept = 0;
  // The handshake has been destroyed.
  virtual void on_handshake_end() noexcept = 0;

 protected:
  ~handshake_observer() = default;
};

struct handshake_tag;
using handshake_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<handshake_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

template <negotiated_stream Stream>
class handshake final : public scheduler::task, public handshake_hook, idle_connection {
 public:
  handshake(const listener_environment& environment, counters& counts,
            ready_connection<Stream> accepted, handshake_observer<Stream>& observer)
      : environment_(environment),
        counters_(counts),
        connection_(std::move(accepted)),
        observer_(observer) {
    environment.idle.add(*this, coarse_now());
  }

  handshake(const handshake&) = delete;
  handshake& operator=(const handshake&) = delete;

  // To be called once, first. It has to end within the request timeout.
  void start() {
    environment_.schedule.set_deadline(*this, coarse_now() + environment_.bounds.request_timeout);
    wait(asio::socket_base::wait_read);
  }

  void abort() { close(); }

 private:
  ~handshake() override = default;

  void wait(asio::socket_base::wait_type wanted) {
    is_waiting_ = true;
    connection_.stream.lowest_layer().async_wait(wanted, [this](error_code error) {
      is_waiting_ = false;
      if (is_closed_ || error) return close();
      environment_.schedule.enqueue(*this, queue_of_network(connection_.peer.data()),
                                    scheduler::lane::slow);
    });
  }

  void on_turn(steady_clock::time_point) override {
    error_code error;
    const auto wanted = connection_.stream.handshake(error);
    if (wanted) return wait(*wanted);
    if (error) return fail(counters_.malformed);
    try {
      observer_.on_handshake(std::move(connection_));
    } catch (const std::exception& failure) {
      observer_.on_failure(failure);
    }
    end();
  }

  void on_deadline(steady_clock::time_point) override { fail(counters_.late); }

  bool make_room() override {
    error_code ignored;
    if (!is_waiting_ || connection_.stream.lowest_layer().available(ignored) > 0) return false;
    fail(counters_.silent);
    return true;
  }

  void fail(std::uint64_t& reason) {
    ++reason;
    const auto& network = connection_.slot.prefix();
    if (network) environment_.errors.add(*network);
    close();
  }

  // Ends it, or lets its outstanding wait do that.
  void close() {
    is_closed_ = true;
    error_code ignored;
    connection_.stream.close(ignored);
    environment_.schedule.set_deadline(*this, scheduler::never);
    if (!is_waiting_) end();
  }

  void end() {
    handshake_observer<Stream>& observer = observer_;
    delete this;
    observer.on_handshake_end();
  }

  const listener_environment& environment_;
  counters& counters_;
  ready_connection<Stream> connection_;
  handshake_observer<Stream>& observer_;
  bool is_waiting_ = false;
  bool is_closed_ = false;
};

// Those of a listener: none, where its streams need none.
template <typename Stream>
class handshakes {
 public:
  [[nodiscard]] bool empty() const noexcept { return true; }
  void abort() {}
};

template <negotiated_stream Stream>
class handshakes<Stream> {
 public:
  void begin(const listener_environment& environment, counters& counts,
             ready_connection<Stream> accepted, handshake_observer<Stream>& observer) {
    // It deletes itself.
    auto& one = *new handshake<Stream>(environment, counts, std::move(accepted), observer);
    list_.push_back(one);
    one.start();
  }

  // Each call may be the handshake's last one.
  void abort() {
    for (auto next = list_.begin(); next != list_.end();) (next++)->abort();
  }
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }

 private:
  boost::intrusive::list<handshake<Stream>, boost::intrusive::base_hook<handshake_hook>,
                         boost::intrusive::constant_time_size<false>>
      list_;
};

}  // namespace polyclock::net
