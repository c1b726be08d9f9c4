// polyclock-tls alone: TLS for the exchanges with servers at tls://.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "client/secure_layer.hpp"
#include "client/stream_exchange.hpp"
#include "tls/context.hpp"
#include "tls/error.hpp"
#include "tls/failure.hpp"
#include "tls/stream.hpp"
#include "tls_servers.hpp"

namespace polyclock::client {

template <>
struct stream_traits<tls::stream> {
  static stream_socket& socket_of(tls::stream& stream) { return stream.lowest_layer(); }
  static bool has_pending(const tls::stream& stream) { return stream.has_pending(); }
  static std::string describe_failure(const tls::stream& stream, const error_code& error) {
    return tls::describe_failure(stream, error);
  }
  // A server may refuse the client's certificate after the handshake.
  static failure_kind kind_of_failed_read(const error_code& error) {
    const bool is_of_tls = error.category() == tls::error_category();
    return is_of_tls ? failure_kind::unreachable : failure_kind::malformed;
  }
  static tls::stream move_to(asio::io_context& loop, tls::stream stream) {
    return {loop, std::move(stream)};
  }
};

}  // namespace polyclock::client

namespace polyclock {
namespace {

using client::awaitable;
using client::connection;
using client::failure;
using client::failure_kind;
using client::maybe_failure;
using client::outcome;

outcome<tls::stream> put_tls_on(client::stream_socket socket, const tls::context::pointer& context,
                                const std::string& host) {
  try {
    return tls::stream(std::move(socket), context, host);
  } catch (const std::exception& error) {
    return failure{failure_kind::unreachable, error.what()};
  }
}

awaitable<maybe_failure> shake_hands(tls::stream& stream) {
  constexpr auto as_result = client::asio::as_tuple(client::asio::deferred);
  while (true) {
    client::error_code error;
    const auto wanted = stream.handshake(error);
    if (error) co_return failure{failure_kind::unreachable, tls::describe_failure(stream, error)};
    if (!wanted) co_return std::nullopt;
    const auto [cancelled] = co_await stream.lowest_layer().async_wait(*wanted, as_result);
    if (cancelled) co_return failure{failure_kind::unreachable, cancelled.message()};
  }
}

class tls_layer final : public client::secure_layer {
 public:
  explicit tls_layer(tls::context::pointer context) : context_(std::move(context)) {}

  [[nodiscard]] awaitable<outcome<connection>> run(client::attempt& exchange,
                                                   client::stream_socket socket,
                                                   const std::string& host) const override {
    auto stream = put_tls_on(std::move(socket), context_, host);
    if (!stream) co_return stream.error();
    const maybe_failure failed = co_await shake_hands(*stream);
    if (failed) co_return *failed;
    co_return co_await exchange.ask(std::move(*stream));
  }

 private:
  tls::context::pointer context_;
};

}  // namespace

std::string prepare_tls(const tls_files& files, std::vector<client::server_address>& servers,
                        char* const*) {
  const auto context = tls::context::for_client({files.ca, files.cert, files.key});
  if (!context) return context.error();
  const auto layer = std::make_shared<tls_layer>(*context);
  for (client::server_address& server : servers) {
    if (is_tls(server)) server.tls = layer;
  }
  return "";
}

}  // namespace polyclock
