// What TLS needs of the command line: whom to trust, and who this client is.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "client/server_address.hpp"

namespace polyclock {

// Files in PEM format; empty: none.
struct tls_files {
  std::string ca;    // certificates of CAs or servers to trust instead of the system's
  std::string cert;  // this client's certificate, and its private key
  std::string key;
};

[[nodiscard]] inline bool is_tls(const client::server_address& server) {
  return server.transport == client::transport::tls;
}

[[nodiscard]] inline bool has_tls(const std::vector<client::server_address>& servers) {
  return std::any_of(servers.begin(), servers.end(), is_tls);
}

// Lets the servers at tls:// be asked, of which there is one at least. In polyclock-tls it reads the files; in
// polyclock, which is without OpenSSL since that doubles the time of a start, it executes polyclock-tls, with the same
// `argv`, in this program's place. What is wrong, as one sentence; empty: nothing.
[[nodiscard]] std::string prepare_tls(const tls_files& files,
                                      std::vector<client::server_address>& servers,
                                      char* const* argv);

}  // namespace polyclock
