#include <sys/stat.h>

#include <openssl/ssl.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/temporary_directory.hpp"
#include "tls/context.hpp"

namespace polyclock::test {
namespace {

using namespace std::chrono_literals;
using tls::context;

class files {
 public:
  std::string operator()(const std::string& name, const std::string& text) const {
    return write_file(directory_.path(), name, text);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path() / name; }

 private:
  temporary_directory directory_;
};

std::string server_error(const tls::server_files& files) {
  const auto made = context::for_server(files);
  return made ? "no error" : made.error();
}
std::string client_error(const tls::client_files& files) {
  const auto made = context::for_client(files);
  return made ? "no error" : made.error();
}

TEST_CASE("a TLS context is made of a chain of certificates and its key") {
  const files write;
  const identity ca({"CA"});
  const identity server({"server", "DNS:clock.test"}, &ca);
  const auto cert = write("cert.pem", server.certificate() + ca.certificate());
  const auto made = context::for_server({cert, write("key.pem", server.key()), cert});
  REQUIRE(made);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs((*made)->native(), &chain);
  CHECK(sk_X509_num(chain) == 1);
}

TEST_CASE("a TLS context tells when its certificate is valid, and takes one that is not") {
  const files write;
  const auto ends_in = GENERATE(-1h, 48h);
  const identity server({"server", "DNS:clock.test", -72h, ends_in});
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto made = context::for_server(
      {write("cert.pem", server.certificate()), write("key.pem", server.key()), ""});
  REQUIRE(made);
  REQUIRE((*made)->not_after());
  CHECK(*(*made)->not_after() <= now + ends_in);
  CHECK(*(*made)->not_after() > now + ends_in - 60s);
  REQUIRE((*made)->not_before());
  CHECK(*(*made)->not_before() <= now - 72h);
  CHECK(*(*made)->not_before() > now - 72h - 60s);
}

TEST_CASE("a TLS context says which file it cannot use, and why") {
  const files write;
  const identity server({"server", "DNS:clock.test"});
  const identity other({"other", "DNS:other.test"});
  const auto cert = write("cert.pem", server.certificate());
  const auto key = write("key.pem", server.key());
  const auto text = write("text", "no PEM\n");
  const auto nowhere = write.path("nowhere");
  const auto folder = std::filesystem::path(cert).parent_path().string();
  const auto of = [](const std::string& path) { return "'" + path + "'"; };

  CHECK(server_error({nowhere, key, ""}) ==
        "cannot read " + of(nowhere) + ": No such file or directory");
  CHECK(server_error({cert, nowhere, ""}) ==
        "cannot read " + of(nowhere) + ": No such file or directory");
  CHECK(server_error({cert, key, nowhere}) ==
        "cannot read " + of(nowhere) + ": No such file or directory");
  CHECK(server_error({folder, key, ""}) == of(folder) + " is not a regular file");
  CHECK(server_error({cert, folder, ""}) == of(folder) + " is not a regular file");
  const auto fifo = write.path("fifo");  // which nobody writes to
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(server_error({fifo, key, ""}) == of(fifo) + " is not a regular file");
  CHECK(server_error({cert, fifo, ""}) == of(fifo) + " is not a regular file");
  CHECK(server_error({text, key, ""}) == of(text) + " contains no certificate in PEM format");
  CHECK(server_error({cert, text, ""}) == of(text) + " contains no private key in PEM format");
  CHECK(server_error({cert, cert, ""}) == of(cert) + " contains no private key in PEM format");
  CHECK(server_error({cert, key, text}) == of(text) + " contains no certificate in PEM format");
  const auto other_key = write("other.pem", other.key());
  CHECK(server_error({cert, other_key, ""}) ==
        "the private key in " + of(other_key) + " does not fit the certificate in " + of(cert));
  const auto encrypted = write("encrypted.pem", server.key("secret"));
  CHECK(server_error({cert, encrypted, ""}) ==
        "the private key in " + of(encrypted) + " is encrypted; store it without a password");
  CHECK(client_error({nowhere, "", ""}) ==
        "cannot read " + of(nowhere) + ": No such file or directory");
  CHECK(client_error({text, "", ""}) == of(text) + " contains no certificate in PEM format");
}

TEST_CASE("a damaged certificate in a chain is named") {
  const files write;
  const identity server({"server", "DNS:clock.test"});
  const auto whole = server.certificate();
  auto damaged = whole;
  damaged[damaged.size() / 2] = '!';
  for (const auto& second : {damaged, whole.substr(0, whole.size() - 40)}) {
    const auto cert = write("cert.pem", whole + second);
    const auto error = server_error({cert, write("key.pem", server.key()), ""});
    CAPTURE(error);
    CHECK(error.starts_with("'" + cert + "' contains a damaged certificate: "));
  }
}

TEST_CASE("a client's TLS context trusts the system's CAs, or a file's") {
  const files write;
  const identity ca({"CA"});
  CHECK(context::for_client({}));
  const auto made = context::for_client({write("ca.pem", ca.certificate()), "", ""});
  REQUIRE(made);
  CHECK_FALSE((*made)->not_after());
  CHECK_FALSE((*made)->not_before());
}

}  // namespace
}  // namespace polyclock::test
