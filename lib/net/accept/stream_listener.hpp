// A listening stream socket of one worker with the connections that came from it.
#pragma once

#include <boost/intrusive/list.hpp>
#include <string>
#include <utility>

#include "net/accept/acceptor.hpp"
#include "net/accept/handshake.hpp"
#include "net/accept/proxied_connections.hpp"
#include "net/accept/stream_rules.hpp"
#include "net/address_prefix.hpp"
#include "net/counters.hpp"
#include "net/listener.hpp"
#include "net/schedule/network_queue.hpp"
#include "net/session/connection.hpp"

namespace polyclock::net {

template <protocol::stream_service Service, stream_layer Layer>
class stream_listener final : public listener,
                              acceptor::observer,
                              proxied_connections::observer,
                              handshake_observer<typename Layer::stream_type>,
                              connection_observer {
 public:
  stream_listener(const listener_environment& environment, counters& counts,
                  listening_socket socket, Service service, stream_rules<Layer> rules)
      : environment_(environment),
        counters_(counts),
        report_rarely_(environment.report),
        rules_(std::move(rules)),
        shared_{{std::move(service), environment.bounds, counts, {}, &steady_clock::now},
                environment.schedule,
                environment.idle,
                environment.errors,
                *this},
        proxied_(environment, counts, *this),
        acceptor_(environment, std::move(socket), *this) {}

  void start() override { acceptor_.start(); }

  void retire() override { acceptor_.retire(); }

  void drain() override {
    is_draining_ = true;
    retire();
    for_each([](connection_type& one) { one.drain(); });
  }

  void abort() override {
    retire();
    proxied_.abort();
    handshakes_.abort();
    for_each([](connection_type& one) { one.abort(); });
  }

  // Another service for all requests from now on, those of open sessions too, and other rules.
  void replace_service(Service service, stream_rules<Layer> rules) {
    shared_.sessions.service = std::move(service);
    rules_ = std::move(rules);
    wake_subscribers();
  }

  void wake_subscribers() override {
    for_each([](connection_type& one) { one.wake(); });
  }

  [[nodiscard]] bool is_finished() const override {
    return connections_.empty() && proxied_.empty() && handshakes_.empty() &&
           acceptor_.is_finished();
  }

 private:
  using stream_type = typename Layer::stream_type;
  using connection_type = connection<Service, stream_type>;
  using connection_list =
      boost::intrusive::list<connection_type, boost::intrusive::base_hook<connection_hook>,
                             boost::intrusive::constant_time_size<false>>;

  void on_accept(accepted_connection accepted) override {
    if (!rules_.expect_header()) return admit(std::move(accepted));
    if (rules_.is_proxy(accepted.peer.data())) return proxied_.add(std::move(accepted));
    ++counters_.unproxied;
    report_error_of(accepted, "refused, for it is no proxy's: a connection from ");
  }

  void on_header(accepted_connection accepted) override { admit(std::move(accepted)); }

  void on_header_end() noexcept override {
    acceptor_.wake();
    report_end();
  }

  void admit(accepted_connection accepted) {
    if (!accepted.slot.assign(accepted.peer.data())) {
      ++counters_.refused;
      return environment_.errors.add(*accepted.slot.prefix());
    }
    ready_connection<stream_type> made{std::move(accepted.slot),
                                       rules_.layer(std::move(accepted.socket)), accepted.peer};
    if constexpr (negotiated_stream<stream_type>) {
      handshakes_.begin(environment_, counters_, std::move(made), *this);
    } else {
      open(std::move(made));
    }
  }

  void on_handshake(ready_connection<stream_type> agreed) override { open(std::move(agreed)); }

  void on_handshake_end() noexcept override {
    acceptor_.wake();
    report_end();
  }

  void open(ready_connection<stream_type> ready) {
    // It deletes itself.
    auto& admitted = *new connection_type(shared_, std::move(ready.slot), std::move(ready.stream),
                                          queue_of_network(ready.peer.data()),
                                          peer_address_of(ready.peer.data()));
    connections_.push_back(admitted);
    ++counters_.connections;
    if (is_draining_) admitted.drain();
    admitted.start();
  }

  void report_error_of(const accepted_connection& accepted, const char* what) {
    const auto network = prefix_of(accepted.peer.data(), host_prefix);
    if (!network) return;
    environment_.errors.add(*network);
    report_rarely_(what + to_text(*network));
  }

  bool make_room() override {
    if (environment_.idle.close_oldest(coarse_now())) return true;
    environment_.on_crowded();
    return false;
  }

  void on_acceptor_end() noexcept override { report_end(); }

  void on_failure(const std::exception& failure) noexcept override {
    report_rarely_(std::string("session ended: ") + failure.what());
  }

  void on_connection_end() noexcept override {
    --counters_.connections;
    acceptor_.wake();
    report_end();
  }

  void report_end() noexcept {
    if (is_finished()) environment_.on_listener_end();
  }

  // Each call may be the connection's last one.
  template <typename Call>
  void for_each(Call call) {
    for (auto next = connections_.begin(); next != connections_.end();) call(*next++);
  }

  const listener_environment& environment_;
  counters& counters_;
  rare_reporter report_rarely_;
  stream_rules<Layer> rules_;
  typename connection_type::context shared_;  // outlives the connections
  connection_list connections_;
  bool is_draining_ = false;
  proxied_connections proxied_;
  handshakes<stream_type> handshakes_;
  acceptor acceptor_;
};

}  // namespace polyclock::net
