// A blocking TLS client that is OpenSSL's alone, against which the server's side is tested.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace polyclock::test {

class openssl_client {
 public:
  struct options {
    int version_max = TLS1_3_VERSION;
    std::string offered = {};  // by ALPN: names, each after its length
    std::string cert = {};     // files
    std::string key = {};
  };

  // Closes the descriptor, which blocks for 10 s at the longest.
  explicit openssl_client(int descriptor) : openssl_client(descriptor, options()) {}
  openssl_client(int descriptor, const options& chosen);
  ~openssl_client();
  openssl_client(const openssl_client&) = delete;
  openssl_client& operator=(const openssl_client&) = delete;

  [[nodiscard]] SSL* native() const { return ssl_.get(); }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] bool connect();
  [[nodiscard]] bool send(std::string_view bytes);
  // What one SSL_read returns; empty at the end and after an error.
  [[nodiscard]] std::string receive_some(std::size_t size_max = 65'536);
  [[nodiscard]] std::string receive(std::size_t size);
  // The peer has sent close_notify.
  [[nodiscard]] bool has_been_closed() const {
    return (SSL_get_shutdown(native()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

 private:
  struct deleter {
    void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
    void operator()(SSL* one) const { SSL_free(one); }
  };

  int descriptor_;
  std::unique_ptr<SSL_CTX, deleter> context_;
  std::unique_ptr<SSL, deleter> ssl_;
};

}  // namespace polyclock::test
