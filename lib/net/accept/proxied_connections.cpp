#include "net/accept/proxied_connections.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <utility>

#include "net/address_prefix.hpp"
#include "protocol/proxy_header.hpp"

namespace polyclock::net {
namespace {

stream_endpoint endpoint_of(const protocol::proxy_header& header) {
  if (header.source.size == 4) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(header.port);
    std::copy_n(header.source.bytes.begin(), 4,
                reinterpret_cast<unsigned char*>(&address.sin_addr));
    return {&address, sizeof address};
  }
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(header.port);
  std::copy(header.source.bytes.begin(), header.source.bytes.end(), address.sin6_addr.s6_addr);
  return {&address, sizeof address};
}

}  // namespace

proxied_connections::proxied_connections(const listener_environment& environment, counters& counts,
                                         observer& receiver)
    : environment_(environment),
      counters_(counts),
      report_rarely_(environment.report),
      observer_(receiver) {}

void proxied_connections::add(accepted_connection accepted) {
  const position one = pending_.emplace(pending_.end(), std::move(accepted));
  environment_.schedule.set_deadline(*one, coarse_now() + environment_.bounds.request_timeout);
  environment_.idle.add(*one, coarse_now());
  asio::co_spawn(environment_.context.get_executor(), receive(one),
                 [this, one](const std::exception_ptr& failure) {
                   if (failure) report_rarely_("connection of a proxy dropped");
                   pending_.erase(one);
                   observer_.on_header_end();
                 });
}

void proxied_connections::abort() {
  for (pending& one : pending_) one.close(nullptr);
}

awaitable<> proxied_connections::receive(position one) {
  const bool has_come = co_await read_header(*one);
  if (has_come) observer_.on_header(std::move(one->accepted));
}

// False where there is none; then that has been counted.
awaitable<bool> proxied_connections::read_header(pending& one) {
  std::array<std::byte, 512> space;
  std::size_t size = 0;
  protocol::proxy_header header = protocol::decode_proxy_header({});
  while (header.status == protocol::decode_status::need_more || size < header.size) {
    const bool is_decoded = header.status == protocol::decode_status::complete;
    const auto free = std::span(space).subspan(is_decoded ? 0 : size);
    const std::size_t wanted = std::min(free.size(), header.size - size);
    const auto [error, got] =
        co_await one.accepted.socket.async_read_some(asio::buffer(free.data(), wanted), as_result);
    if (error) {
      if (one.closed_for != nullptr) count_failure(one, one.closed_for);
      co_return false;
    }
    size += got;
    counters_.received_bytes += got;
    if (!is_decoded) header = protocol::decode_proxy_header(std::span(space).first(size));
    if (header.status == protocol::decode_status::malformed) {
      count_failure(one, &counters::malformed);
      co_return false;
    }
  }
  if (header.source.size > 0) one.accepted.peer = endpoint_of(header);
  co_return true;
}

void proxied_connections::count_failure(const pending& one, std::uint64_t counters::*why) {
  ++(counters_.*why);
  const auto proxy = prefix_of(one.accepted.peer.data(), host_prefix);
  if (!proxy) return;
  environment_.errors.add(*proxy);
  report_rarely_("proxy " + to_text(*proxy) + " sent no PROXY header");
}

void proxied_connections::pending::on_deadline(steady_clock::time_point) {
  close(&counters::late);
}

bool proxied_connections::pending::make_room() {
  error_code ignored;
  if (accepted.socket.available(ignored) > 0) return false;
  close(&counters::silent);
  return true;
}

void proxied_connections::pending::close(std::uint64_t counters::*why) noexcept {
  closed_for = why;
  error_code ignored;
  accepted.socket.close(ignored);
}

}  // namespace polyclock::net
