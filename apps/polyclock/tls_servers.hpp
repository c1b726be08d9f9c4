// What TLS needs of the command line: whom to trust, and who this client is.
#pragma once

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

// Lets the servers at tls:// be asked. What is wrong, as one sentence; empty: nothing.
[[nodiscard]] std::string prepare_tls(const tls_files& files,
                                      std::vector<client::server_address>& servers);

}  // namespace polyclock
