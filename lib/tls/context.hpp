// What the TLS connections of a listener, or of a client, share: certificates, keys and rules. Read from files once
// and never changed: a reload makes another one, and a connection keeps the one that it began with.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

struct ssl_ctx_st;

namespace polyclock::tls {

// Files in PEM format.
struct server_files {
  std::string cert;  // the server's certificate, then those that lead to its CA
  std::string key;   // its private key, not encrypted
  std::string
      clients;  // certificates of CAs: each client has to show one that they signed; empty: none
};

struct client_files {
  std::string
      ca;  // certificates of trusted CAs, or of servers; empty: the CAs that the system trusts
  std::string
      cert;  // the client's own certificate, if the server demands one, then those that lead to its CA
  std::string key;
};

// An error is one sentence that names the file.
template <typename Result>
using checked = boost::system::result<Result, std::string>;

class context {
 public:
  using pointer = std::shared_ptr<const context>;

  // `protocol`: what to agree on with clients that offer it by ALPN, such as "http/1.1"; empty: nothing. Clients that
  // offer only others are served as well.
  [[nodiscard]] static checked<pointer> for_server(const server_files& files,
                                                   std::string protocol = {});
  [[nodiscard]] static checked<pointer> for_client(const client_files& files);

  context(const context&) = delete;
  context& operator=(const context&) = delete;

  [[nodiscard]] ssl_ctx_st* native() const noexcept { return native_.get(); }
  [[nodiscard]] const std::string& protocol() const noexcept { return protocol_; }

  // The own certificate's validity. One that is not valid is used as well: some clients cannot tell.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> not_before() const;
  [[nodiscard]] std::optional<std::chrono::sys_seconds> not_after() const;

 private:
  struct deleter {
    void operator()(ssl_ctx_st* one) const noexcept;
  };

  context(ssl_ctx_st* made, std::string protocol);

  std::unique_ptr<ssl_ctx_st, deleter> native_;
  std::string protocol_;
};

}  // namespace polyclock::tls
