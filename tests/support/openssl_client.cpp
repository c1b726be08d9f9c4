#include "support/openssl_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace polyclock::test {

openssl_client::openssl_client(int descriptor, const options& chosen)
    : descriptor_(descriptor), context_(SSL_CTX_new(TLS_client_method())) {
  std::signal(SIGPIPE, SIG_IGN);
  const timeval timeout{10, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_security_level(context, 0);  // else no version before 1.2
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, chosen.version_max);
  if (!chosen.cert.empty()) {
    const bool is_used =
        SSL_CTX_use_certificate_chain_file(context, chosen.cert.c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, chosen.key.c_str(), SSL_FILETYPE_PEM) == 1;
    if (!is_used) throw std::runtime_error("the client's certificate is not usable");
  }
  ssl_.reset(SSL_new(context));
  const auto* names = reinterpret_cast<const unsigned char*>(chosen.offered.data());
  SSL_set_alpn_protos(native(), names, static_cast<unsigned int>(chosen.offered.size()));
  SSL_set_fd(native(), descriptor);
}

openssl_client::~openssl_client() {
  close(descriptor_);
}

bool openssl_client::connect() {
  return SSL_connect(native()) == 1;
}

bool openssl_client::send(std::string_view bytes) {
  return SSL_write(native(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

std::string openssl_client::receive_some(std::size_t size_max) {
  std::string bytes(size_max, '\0');
  std::size_t size = 0;
  SSL_read_ex(native(), bytes.data(), size_max, &size);
  bytes.resize(size);
  return bytes;
}

std::string openssl_client::receive(std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const auto some = receive_some(size - all.size());
    if (some.empty()) break;
    all += some;
  }
  return all;
}

}  // namespace polyclock::test
