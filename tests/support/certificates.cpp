#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <fstream>
#include <stdexcept>

namespace polyclock::test {
namespace {

void check(bool succeeded) {
  if (!succeeded) throw std::runtime_error("no certificate could be made");
}

void set_name(X509_NAME* name, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1);
}

template <typename Write>
std::string written(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  check(write(memory.get()) == 1);
  std::string text(BIO_ctrl_pending(memory.get()), '\0');
  check(BIO_read(memory.get(), text.data(), static_cast<int>(text.size())) > 0);
  return text;
}

}  // namespace

identity::identity(const subject& subject, const identity* issuer)
    : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")), certificate_(X509_new()) {
  static long last_serial = 0;
  check(key_ && certificate_);
  X509* const made = certificate_.get();
  const identity& signer = issuer != nullptr ? *issuer : *this;
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++last_serial);
  X509_gmtime_adj(X509_getm_notBefore(made), subject.begins_in.count());
  X509_gmtime_adj(X509_getm_notAfter(made), subject.ends_in.count());
  set_name(X509_get_subject_name(made), subject.name);
  X509_set_issuer_name(made, X509_get_subject_name(signer.certificate_.get()));
  X509_set_pubkey(made, key_.get());
  const bool is_ca = subject.alternatives.empty();
  add_extension(signer, NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (is_ca) add_extension(signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(signer, NID_subject_key_identifier, "hash");
  if (issuer != nullptr) add_extension(signer, NID_authority_key_identifier, "keyid:always");
  if (!is_ca) add_extension(signer, NID_subject_alt_name, subject.alternatives);
  check(X509_sign(made, signer.key_.get(), EVP_sha256()) > 0);
}

void identity::add_extension(const identity& issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer.certificate_.get(), certificate_.get(), nullptr, nullptr, 0);
  X509_EXTENSION* const made = X509V3_EXT_nconf_nid(nullptr, &context, kind, value.c_str());
  check(made != nullptr && X509_add_ext(certificate_.get(), made, -1) == 1);
  X509_EXTENSION_free(made);
}

std::string identity::certificate() const {
  return written([this](BIO* out) { return PEM_write_bio_X509(out, certificate_.get()); });
}

std::string identity::key(const char* password) const {
  const EVP_CIPHER* const cipher = password != nullptr ? EVP_aes_128_cbc() : nullptr;
  return written([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(
        out, key_.get(), cipher, password,
        password != nullptr ? static_cast<int>(std::strlen(password)) : 0, nullptr, nullptr);
  });
}

std::string write_file(const std::filesystem::path& directory, const std::string& name,
                       const std::string& text) {
  const auto path = directory / name;
  std::ofstream(path) << text;
  return path;
}

}  // namespace polyclock::test
