#include "tls/rejected_certificate.hpp"

namespace polyclock::tls {
namespace {

void release(void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
  X509_free(static_cast<X509*>(kept));
}

// OpenSSL's number of this datum of connections.
int datum() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, release);
  return index;
}

}  // namespace

int keep_rejected_certificate(int is_valid, X509_STORE_CTX* verified) {
  X509* const shown = X509_STORE_CTX_get_current_cert(verified);
  if (is_valid == 1 || shown == nullptr) return is_valid;
  const int of_connection = SSL_get_ex_data_X509_STORE_CTX_idx();
  auto* const connection = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verified, of_connection));
  X509_free(static_cast<X509*>(SSL_get_ex_data(connection, datum())));
  X509_up_ref(shown);
  if (SSL_set_ex_data(connection, datum(), shown) != 1) X509_free(shown);
  return is_valid;
}

const X509* rejected_certificate(const SSL* connection) {
  return static_cast<const X509*>(SSL_get_ex_data(connection, datum()));
}

}  // namespace polyclock::tls
