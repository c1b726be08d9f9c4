// Certificates and keys of a test's own, made while it runs.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace polyclock::test {

struct subject {
  std::string name;
  std::string alternatives =
      {};  // as OpenSSL has them: "DNS:clock.test,IP:127.0.0.1"; empty: that of a CA
  std::chrono::seconds begins_in = std::chrono::hours(-24);
  std::chrono::seconds ends_in = std::chrono::hours(24);
};

// A key on P-256 with its certificate.
class identity {
 public:
  // Signed by the issuer, else by itself.
  explicit identity(const subject& subject, const identity* issuer = nullptr);

  // In PEM format.
  [[nodiscard]] std::string certificate() const;
  [[nodiscard]] std::string key(const char* password = nullptr) const;

 private:
  struct deleter {
    void operator()(X509* one) const { X509_free(one); }
    void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
  };

  void add_extension(const identity& issuer, int kind, const std::string& value);

  std::unique_ptr<EVP_PKEY, deleter> key_;
  std::unique_ptr<X509, deleter> certificate_;
};

// The path of a new file.
std::string write_file(const std::filesystem::path& directory, const std::string& name,
                       const std::string& text);

}  // namespace polyclock::test
