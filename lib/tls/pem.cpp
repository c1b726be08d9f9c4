#include "tls/pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "tls/error.hpp"

namespace polyclock::tls {
namespace {

using file = std::unique_ptr<BIO, freed_by<BIO_free>>;

std::string unreadable(const std::string& path) {
  return "cannot read '" + path + "': " + take_error().message();
}

// Without it OpenSSL would ask the terminal.
int refuse_password(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

// Nothing that could block, such as a FIFO, or never ends.
checked<file> open_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (exists(status) && !is_regular_file(status)) return "'" + path + "' is not a regular file";
  file opened(BIO_new_file(path.c_str(), "r"));
  if (!opened) return unreadable(path);
  return opened;
}

}  // namespace

checked<std::vector<certificate>> read_certificates(const std::string& path) {
  ERR_clear_error();
  const auto opened = open_file(path);
  if (!opened) return opened.error();
  std::vector<certificate> all;
  bool is_encrypted = false;
  while (
      certificate next{PEM_read_bio_X509(opened->get(), nullptr, refuse_password, &is_encrypted)}) {
    all.push_back(std::move(next));
  }
  const unsigned long last = ERR_peek_last_error();
  const bool is_at_end =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  const error_code error = take_error();
  if (!is_at_end) return "'" + path + "' contains a damaged certificate: " + error.message();
  if (all.empty()) return "'" + path + "' contains no certificate in PEM format";
  return all;
}

checked<private_key> read_private_key(const std::string& path) {
  ERR_clear_error();
  const auto opened = open_file(path);
  if (!opened) return opened.error();
  bool is_encrypted = false;
  private_key key(PEM_read_bio_PrivateKey(opened->get(), nullptr, refuse_password, &is_encrypted));
  ERR_clear_error();
  if (key) return key;
  if (is_encrypted) {
    return "the private key in '" + path + "' is encrypted; store it without a password";
  }
  return "'" + path + "' contains no private key in PEM format";
}

}  // namespace polyclock::tls
