#include "tls/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "tls/socket_bio.hpp"

namespace polyclock::tls {
namespace {

// Smaller pieces are put together into one record, which costs its receiver 22 bytes and a system call.
constexpr std::size_t gathered_size_max = 4096;

// The name or address to be found in the server's certificate; names alone are told to the server (RFC 6066).
bool expect_host(SSL* native, std::string host) {
  if (const auto scope = host.find('%'); scope != std::string::npos) host.resize(scope);
  if (host.ends_with('.')) host.pop_back();
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), host.c_str()) == 1) return true;
  SSL_set_hostflags(native, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(native, host.c_str()) == 1 &&
         SSL_ctrl(native, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) ==
             1;
}

}  // namespace

void stream::deleter::operator()(ssl_st* one) const noexcept {
  SSL_free(one);
}

stream::stream(lowest_layer_type socket, context::pointer shared)
    : socket_(std::move(socket)),
      context_(std::move(shared)),
      native_(SSL_new(context_->native())) {
  socket_.non_blocking(true);
  BIO* const bio = native_ ? make_socket_bio(socket_.native_handle()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  SSL_set_bio(native(), bio, bio);
  SSL_set_accept_state(native());
}

stream::stream(lowest_layer_type socket, context::pointer shared, const std::string& host)
    : stream(std::move(socket), std::move(shared)) {
  SSL_set_connect_state(native());
  if (!expect_host(native(), host)) throw boost::system::system_error(take_error(), host);
}

stream::stream(asio::io_context& loop, stream&& other)
    : socket_(loop),
      context_(std::move(other.context_)),
      native_(std::move(other.native_)),
      failure_(other.failure_) {
  const auto protocol = other.socket_.local_endpoint().protocol();
  socket_.assign(protocol, other.socket_.release());
}

bool stream::is_handshaking() const noexcept {
  return !failure_ && SSL_in_init(native()) != 0;
}

std::optional<asio::socket_base::wait_type> stream::handshake(error_code& error) noexcept {
  const progress made = attempt([&](std::size_t&) { return SSL_do_handshake(native()); });
  error = made.error;
  return made.wanted;
}

bool stream::has_pending() const noexcept {
  return SSL_has_pending(native()) == 1;
}

std::size_t stream::available(error_code& error) const {
  if (!has_pending()) return socket_.available(error);
  error.clear();
  return static_cast<std::size_t>(std::max(1, SSL_pending(native())));
}

void stream::shutdown(asio::socket_base::shutdown_type what, error_code& error) noexcept {
  send_close_notify();
  socket_.shutdown(what, error);
}

void stream::close(error_code& error) noexcept {
  send_close_notify();
  socket_.close(error);
}

// In the middle of a record it fails, and the peer is right to take the output for cut off.
void stream::send_close_notify() noexcept {
  const bool was_sent = (SSL_get_shutdown(native()) & SSL_SENT_SHUTDOWN) != 0;
  if (!socket_.is_open() || failure_ || SSL_in_init(native()) != 0 || was_sent) return;
  ERR_clear_error();
  SSL_shutdown(native());
  ERR_clear_error();
}

bool stream::is_worth_trying(const asio::mutable_buffer& space) const noexcept {
  const bool begins = SSL_is_server(native()) == 0 && SSL_in_init(native()) != 0;
  const bool has_output = SSL_want_write(native());
  const bool has_ended = (SSL_get_shutdown(native()) & SSL_RECEIVED_SHUTDOWN) != 0;
  return space.size() == 0 || has_pending() || begins || has_output || has_ended || failure_;
}

stream::progress stream::transfer(const asio::mutable_buffer& space) noexcept {
  if (space.size() == 0) return {};
  return attempt(
      [&](std::size_t& size) { return SSL_read_ex(native(), space.data(), space.size(), &size); });
}

// What it tries to send is the same when it is called again, or begins with that.
stream::progress stream::transfer(const output& bytes) noexcept {
  const asio::const_buffer& first = bytes[0];
  const asio::const_buffer& second = bytes[1];
  if (first.size() == 0) return {};
  if (second.size() == 0 || first.size() >= gathered_size_max) {
    return attempt([&](std::size_t& size) {
      return SSL_write_ex(native(), first.data(), first.size(), &size);
    });
  }
  std::array<std::byte, gathered_size_max> gathered;
  const std::size_t gathered_size = asio::buffer_copy(asio::buffer(gathered), bytes);
  return attempt([&](std::size_t& size) {
    return SSL_write_ex(native(), gathered.data(), gathered_size, &size);
  });
}

template <typename Call>
stream::progress stream::attempt(Call call) noexcept {
  // Its descriptor may be another socket's by now.
  if (!socket_.is_open()) return {asio::error::operation_aborted};
  if (failure_) return {failure_};
  allow_receiving(SSL_get_rbio(native()));
  ERR_clear_error();
  errno = 0;
  std::size_t size = 0;
  const int result = call(size);
  if (result == 1) return {{}, size};
  const int system_error = errno;
  switch (SSL_get_error(native(), result)) {
    case SSL_ERROR_WANT_READ:
      return {{}, 0, asio::socket_base::wait_read};
    case SSL_ERROR_WANT_WRITE:
      return {{}, 0, asio::socket_base::wait_write};
    case SSL_ERROR_ZERO_RETURN:
      if (SSL_in_init(native()) == 0) return {asio::error::eof};
      failure_ = asio::error::eof;
      break;
    case SSL_ERROR_SYSCALL:
      failure_.assign(system_error, boost::system::system_category());
      if (system_error == 0) failure_ = asio::error::eof;
      adopt_last_alert();
      break;
    default:
      failure_ = take_error();
  }
  return {failure_};
}

// A peer that refuses says why and closes, so that what is sent then fails; the reason has come before.
void stream::adopt_last_alert() noexcept {
  ERR_clear_error();
  std::byte ignored{};
  std::size_t size = 0;
  const int result = SSL_peek_ex(native(), &ignored, 1, &size);
  if (result != 1 && SSL_get_error(native(), result) == SSL_ERROR_SSL) failure_ = take_error();
}

}  // namespace polyclock::tls
