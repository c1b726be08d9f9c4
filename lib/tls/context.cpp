#include "tls/context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <ctime>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "tls/error.hpp"
#include "tls/pem.hpp"
#include "tls/rejected_certificate.hpp"

namespace polyclock::tls {
namespace {

// Forward secrecy and authenticated encryption, which TLS 1.3 has anyway.
constexpr auto ciphers_of_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
// The others cost the server several times as much, up to milliseconds.
constexpr auto groups = "X25519:P-256:P-384";

// Nothing of a connection is remembered after its end: a full handshake costs hardly more than a resumed one.
void set_rules(SSL_CTX* made) {
  SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(made, ciphers_of_tls_1_2);
  SSL_CTX_set1_groups_list(made, groups);
  // What is sent over TLS here tells its own end, so that a peer may omit close_notify.
  SSL_CTX_set_options(made, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_num_tickets(made, 0);
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(made, 1);  // one recv for a record, not two
}

std::string unusable(const std::string& path) {
  return "cannot use '" + path + "': " + take_error().message();
}

checked<void> use_certificate(SSL_CTX* made, const std::string& cert, const std::string& key) {
  auto chain = read_certificates(cert);
  if (!chain) return chain.error();
  const auto own_key = read_private_key(key);
  if (!own_key) return own_key.error();
  ERR_clear_error();
  X509* const own = chain->front().get();
  if (X509_check_private_key(own, own_key->get()) != 1) {
    ERR_clear_error();
    return "the private key in '" + key + "' does not fit the certificate in '" + cert + "'";
  }
  if (SSL_CTX_use_certificate(made, own) != 1) return unusable(cert);
  if (SSL_CTX_use_PrivateKey(made, own_key->get()) != 1) return unusable(key);
  for (std::size_t i = 1; i < chain->size(); ++i) {
    if (SSL_CTX_add1_chain_cert(made, (*chain)[i].get()) != 1) return unusable(cert);
  }
  return {};
}

// Trusts the certificates of the file alone, whether they are those of CAs or of peers.
checked<std::vector<certificate>> trust(SSL_CTX* made, const std::string& path) {
  auto trusted = read_certificates(path);
  if (!trusted) return trusted.error();
  ERR_clear_error();
  X509_STORE* const store = SSL_CTX_get_cert_store(made);
  for (const auto& one : *trusted) {
    if (X509_STORE_add_cert(store, one.get()) != 1) return unusable(path);
  }
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return trusted;
}

checked<void> demand_certificates(SSL_CTX* made, const std::string& clients) {
  const auto trusted = trust(made, clients);
  if (!trusted) return trusted.error();
  // By these names a client with several certificates chooses one.
  for (const auto& one : *trusted) SSL_CTX_add_client_CA(made, one.get());
  SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

// `offered`: names after their lengths, as RFC 7301 has them; OpenSSL has checked these.
int select_protocol(SSL*, const unsigned char** selected, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void* of) {
  const std::string& protocol = static_cast<const context*>(of)->protocol();
  for (unsigned int at = 0; at < offered_size; at += offered[at] + 1U) {
    const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
    if (name != protocol) continue;
    *selected = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

std::optional<std::chrono::sys_seconds> instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

}  // namespace

void context::deleter::operator()(ssl_ctx_st* one) const noexcept {
  SSL_CTX_free(one);
}

context::context(ssl_ctx_st* made, std::string protocol)
    : native_(made), protocol_(std::move(protocol)) {
  if (!native_) throw std::bad_alloc();
  set_rules(native_.get());
}

checked<context::pointer> context::for_server(const server_files& files, std::string protocol) {
  const std::shared_ptr<context> made(
      new context(SSL_CTX_new(TLS_server_method()), std::move(protocol)));
  SSL_CTX* const native = made->native();
  if (auto used = use_certificate(native, files.cert, files.key); !used) return used.error();
  if (!files.clients.empty()) {
    if (auto demanded = demand_certificates(native, files.clients); !demanded) {
      return demanded.error();
    }
  }
  if (!made->protocol_.empty()) SSL_CTX_set_alpn_select_cb(native, select_protocol, made.get());
  return pointer(made);
}

checked<context::pointer> context::for_client(const client_files& files) {
  const std::shared_ptr<context> made(new context(SSL_CTX_new(TLS_client_method()), {}));
  SSL_CTX* const native = made->native();
  if (files.ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(native) != 1) return unusable("the system's CAs");
  } else if (auto trusted = trust(native, files.ca); !trusted) {
    return trusted.error();
  }
  if (!files.cert.empty()) {
    if (auto used = use_certificate(native, files.cert, files.key); !used) return used.error();
  }
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, keep_rejected_certificate);
  return pointer(made);
}

std::optional<std::chrono::sys_seconds> context::not_before() const {
  const X509* const own = SSL_CTX_get0_certificate(native_.get());
  return own == nullptr ? std::nullopt : instant_of(X509_get0_notBefore(own));
}

std::optional<std::chrono::sys_seconds> context::not_after() const {
  const X509* const own = SSL_CTX_get0_certificate(native_.get());
  return own == nullptr ? std::nullopt : instant_of(X509_get0_notAfter(own));
}

}  // namespace polyclock::tls
