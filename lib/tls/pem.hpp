// Reads certificates and private keys from PEM files, for the contexts.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "tls/context.hpp"

namespace polyclock::tls {

template <auto Free>
struct freed_by {
  template <typename T>
  void operator()(T* one) const noexcept {
    Free(one);
  }
};

using certificate = std::unique_ptr<X509, freed_by<X509_free>>;
using private_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

// At least one.
[[nodiscard]] checked<std::vector<certificate>> read_certificates(const std::string& path);

[[nodiscard]] checked<private_key> read_private_key(const std::string& path);

}  // namespace polyclock::tls
