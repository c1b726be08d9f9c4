// The certificate at which the verification of a peer failed, which OpenSSL itself forgets: for the client's sentence.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace polyclock::tls {

// To be given to SSL_CTX_set_verify.
int keep_rejected_certificate(int is_valid, X509_STORE_CTX* verified);

// Null if there was none.
[[nodiscard]] const X509* rejected_certificate(const SSL* connection);

}  // namespace polyclock::tls
